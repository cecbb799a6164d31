/**
 * A text of the document's information. pdfkit writes the same value into the Info dictionary (through
 * `valueOf`) and into the XMP metadata (through `toString`), and escapes it for the first only.
 */
export class XmpText extends String {
  override toString(): string {
    return this.valueOf().replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
