/** ZIP archives field by field, for what no honest tool writes. */
import { crc32, deflateRawSync } from 'node:zlib';

/** What stands in both headers of a member; sizes and CRC in the place of what is true. */
export interface HeaderFields {
  readonly version: number;
  readonly flags: number;
  readonly method: number;
  /** Time and date as they stand. */
  readonly time: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
}

export interface Part extends Partial<HeaderFields> {
  readonly name: string;
  readonly content: Uint8Array;
  /** What stands in the archive, in the place of the content as `method` has it. */
  readonly data?: Uint8Array;
  /** Of the local header alone. */
  readonly local?: Partial<HeaderFields>;
  readonly localName?: string;
  readonly localExtra?: Uint8Array;
  /** Of the central header alone. */
  readonly madeBy?: number;
  /** Two bytes of internal and four of external ones. */
  readonly attributes?: Uint8Array;
  readonly extra?: Uint8Array;
  readonly comment?: string;
  readonly disk?: number;
  readonly offset?: number;
  /** Behind the data. */
  readonly after?: Uint8Array;
}

export interface Frame {
  readonly before?: Uint8Array;
  readonly betweenDirectory?: Uint8Array;
  readonly behind?: Uint8Array;
  readonly comment?: string;
  /** Members that the end record counts. */
  readonly count?: number;
}

export function makeZip(parts: readonly Part[], frame: Frame = {}): Uint8Array {
  const before = Buffer.from(frame.before ?? []);
  const locals: Buffer[] = [before];
  const centrals: Buffer[] = [];
  let offset = before.length;
  for (const part of parts) {
    const local = localOf(part);
    locals.push(local);
    centrals.push(centralOf(part, part.offset ?? offset));
    offset += local.length;
  }
  const between = Buffer.from(frame.betweenDirectory ?? []);
  const directory = Buffer.concat(centrals);
  const comment = Buffer.from(frame.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE((frame.count ?? parts.length) & 0xffff, 8);
  end.writeUInt16LE((frame.count ?? parts.length) & 0xffff, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset + between.length, 16);
  end.writeUInt16LE(comment.length, 20);
  const behind = Buffer.from(frame.behind ?? []);
  return new Uint8Array(Buffer.concat([...locals, between, directory, end, comment, behind]));
}

/** Sizes and CRC behind the data, as tools that cannot seek write them. */
export function descriptor(content: Uint8Array, signed = true): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc32(content), 4);
  bytes.writeUInt32LE(deflateRawSync(content).length, 8);
  bytes.writeUInt32LE(content.length, 12);
  return bytes.subarray(signed ? 0 : 4);
}

function dataOf({ data, method = 0, content }: Part): Buffer {
  return Buffer.from(data ?? (method === 8 ? deflateRawSync(content) : content));
}

function localOf(part: Part): Buffer {
  const name = Buffer.from(part.localName ?? part.name, 'latin1');
  const extra = Buffer.from(part.localExtra ?? []);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, { ...localFieldsOf(part), ...part.local });
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra, dataOf(part), Buffer.from(part.after ?? [])]);
}

function centralOf(part: Part, offset: number): Buffer {
  const name = Buffer.from(part.name, 'latin1');
  const extra = Buffer.from(part.extra ?? []);
  const comment = Buffer.from(part.comment ?? '');
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(part.madeBy ?? 20, 4);
  writeCommon(header, 6, fieldsOf(part));
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt16LE(part.disk ?? 0, 34);
  header.set(part.attributes ?? [], 36);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name, extra, comment]);
}

function fieldsOf(part: Part): HeaderFields {
  const { version = 20, flags = 0, method = 0, time = 0 } = part;
  return {
    ...{ version, flags, method, time },
    crc: part.crc ?? crc32(part.content),
    compressedSize: part.compressedSize ?? dataOf(part).length,
    size: part.size ?? part.content.length,
  };
}

/** With a data descriptor sizes and CRC come later. */
export function localFieldsOf(part: Part): HeaderFields {
  const fields = fieldsOf(part);
  const isLater = (fields.flags & 8) !== 0;
  return isLater ? { ...fields, crc: 0, compressedSize: 0, size: 0 } : fields;
}

function writeCommon(header: Buffer, at: number, fields: HeaderFields): void {
  header.writeUInt16LE(fields.version, at);
  header.writeUInt16LE(fields.flags, at + 2);
  header.writeUInt16LE(fields.method, at + 4);
  header.writeUInt32LE(fields.time, at + 6);
  header.writeUInt32LE(fields.crc, at + 10);
  header.writeUInt32LE(fields.compressedSize, at + 14);
  header.writeUInt32LE(fields.size, at + 18);
}
