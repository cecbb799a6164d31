/**
 * Text and embedded files out of a report again, read from its bytes alone: only as much of ISO 32000-1
 * as our own documents use. Other programs read them in the interop suite.
 */
import { inflateSync } from 'node:zlib';

export interface PdfContent {
  /** Of each page, each text drawn, in order. */
  readonly pages: readonly (readonly string[])[];
  readonly files: readonly PdfFile[];
  /** The XMP packet. */
  readonly xmp: string;
  /** Types of the structure elements, in the order written. */
  readonly structure: readonly string[];
}

export interface PdfFile {
  readonly specification: string;
  readonly stream: string;
  readonly bytes: Uint8Array;
}

interface PdfObject {
  readonly dictionary: string;
  readonly bytes: Buffer;
}

export function readPdf(file: Uint8Array): PdfContent {
  const objects = readObjects(Buffer.from(file));
  const all = [...objects.values()];
  const ofType = (type: string) =>
    all.filter(({ dictionary }) => dictionary.includes(`/Type /${type}\n`));
  const at = (reference: string | undefined): PdfObject => {
    const object = objects.get(Number(reference));
    if (object === undefined) throw new Error('a reference leads nowhere');
    return object;
  };
  const characters = new Map<string, readonly string[]>();
  const pages = ofType('Page').map(({ dictionary }) => {
    const fonts = at(match(dictionary, /\/Resources (\d+)/)).dictionary;
    for (const [, name = '', font] of fonts.matchAll(/\/(F\d+) (\d+) 0 R/g))
      if (!characters.has(name))
        characters.set(
          name,
          readCmap(at(match(at(font).dictionary, /\/ToUnicode (\d+)/)).bytes.toString('latin1')),
        );
    const content = at(match(dictionary, /\/Contents (\d+)/)).bytes.toString('latin1');
    return readTexts(content, characters);
  });
  const files = ofType('Filespec').map(({ dictionary }) => {
    const stream = at(match(dictionary, /\/EF <<\n\/F (\d+)/));
    return { specification: dictionary, stream: stream.dictionary, bytes: stream.bytes };
  });
  return {
    pages,
    files,
    xmp: ofType('Metadata')[0]?.bytes.toString('utf8') ?? '',
    structure: all.flatMap(({ dictionary }) => match(dictionary, /^<<\n\/S \/(\w+)\n/) ?? []),
  };
}

/** All text, with the pieces of a broken line joined by a space. */
export function textOf(content: PdfContent): string {
  return content.pages.flat().join(' ');
}

function readObjects(file: Buffer): Map<number, PdfObject> {
  const text = file.toString('latin1');
  const start = Number(match(text.slice(-64), /startxref\n(\d+)/));
  const [, rows = ''] =
    /^xref\n0 \d+\n((?:\d{10} \d{5} [nf] \n)+)trailer/.exec(text.slice(start)) ?? [];
  const offsets = rows
    .split('\n')
    .filter((row) => row.endsWith('n '))
    .map((row) => Number(row.slice(0, 10)));
  const objects = new Map<number, PdfObject>();
  for (const offset of offsets) {
    const number = Number(match(text.slice(offset, offset + 20), /^(\d+) 0 obj\n/));
    const from = text.indexOf('\n', offset) + 1;
    const length = match(text.slice(from, text.indexOf('endobj', from)), /\n\/Length (\d+)\n/);
    const stream = text.indexOf('>>\nstream\n', from);
    const end = text.indexOf('\nendobj', from);
    if (length === undefined || stream === -1 || stream > end) {
      objects.set(number, { dictionary: text.slice(from, end), bytes: Buffer.alloc(0) });
      continue;
    }
    const dictionary = text.slice(from, stream + 2);
    const raw = file.subarray(stream + 10, stream + 10 + Number(length));
    const bytes = dictionary.includes('/Filter /FlateDecode') ? inflateSync(raw) : raw;
    objects.set(number, { dictionary, bytes });
  }
  return objects;
}

/** By glyph number. */
function readCmap(cmap: string): string[] {
  const ranges = [...cmap.matchAll(/<[0-9a-f]{4}> <[0-9a-f]{4}> \[(.*)\]/g)];
  return ranges.flatMap(([, entries = '']) =>
    [...entries.matchAll(/<([0-9a-f ]+)>/g)].map(([, hex = '']) =>
      String.fromCharCode(...hex.split(' ').map((unit) => parseInt(unit, 16))),
    ),
  );
}

function readTexts(content: string, characters: ReadonlyMap<string, readonly string[]>): string[] {
  let font: readonly string[] = [];
  const texts: string[] = [];
  for (const [, name, array = ''] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*)\] TJ/g)) {
    if (name !== undefined) font = characters.get(name) ?? [];
    else {
      const glyphs = [...array.matchAll(/<([0-9a-f]*)>/g)].map(([, hex]) => hex).join('');
      texts.push((glyphs.match(/.{4}/g) ?? []).map((glyph) => font[parseInt(glyph, 16)]).join(''));
    }
  }
  return texts;
}

function match(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}
