/**
 * A file inside the document, and what it is to the document (ISO 19005-3 §6.8, ISO 32000-1 §7.11). Not
 * by pdfkit's own `file`, which writes the checksum as text and sorts names by the locale.
 */
import { createHash } from 'node:crypto';
import { asDate } from '../../base/time.js';
import type { EmbeddedFile } from '../report-document.js';

/** `number` from 0: the order in which readers list the files. */
export function embedFile(doc: PDFKit.PDFDocument, file: EmbeddedFile, number: number): void {
  const { name, mediaType, relationship, description, modifiedAt, bytes } = file;
  const stream = doc.ref({
    Type: 'EmbeddedFile',
    Subtype: nameObject(mediaType),
    Params: {
      Size: bytes.length,
      ModDate: asDate(modifiedAt),
      // MD5 is what the format has. It finds damage; what proves the content is in the files themselves.
      CheckSum: new Uint8Array(createHash('md5').update(bytes).digest()),
    },
  });
  stream.end(Buffer.from(bytes));
  const specification = doc.ref({
    Type: 'Filespec',
    AFRelationship: relationship,
    F: textObject(name),
    UF: textObject(name),
    Desc: textObject(description),
    EF: { F: stream, UF: stream },
  });
  specification.end();
  doc.addNamedEmbeddedFile(String(number).padStart(6, '0'), specification);
  (doc._root.data.AF ??= []).push(specification);
}

/** Characters that a name object writes as their number (ISO 32000-1 §7.3.5). */
function nameObject(text: string): string {
  return text.replace(
    /[^A-Za-z0-9.+-]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** pdfkit tells text strings from names by their being objects. */
function textObject(text: string): object {
  return Object(text) as object;
}
