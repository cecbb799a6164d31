/**
 * A ZIP archive as the parts that `makeZip` makes it from again, read without the product: for whoever alters an
 * archive, and to say in what two differ. It trusts what it reads.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { type HeaderFields, localFieldsOf, makeZip, type Part } from './hand-made-zip.js';

/** @throws RangeError, or what zlib throws, if it is none. */
export function partsOf(archive: Uint8Array): Part[] {
  const bytes = Buffer.from(archive);
  const end = bytes.length - 22;
  const parts: Part[] = [];
  const directory = bytes.readUInt32LE(end + 16);
  let at = directory;
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
    const next = at + 46 + nameLength + extraLength + commentLength;
    const isLast = left === 1;
    const behind = isLast ? directory : bytes.readUInt32LE(next + 42);
    parts.push(partAt(bytes, at, behind));
    at = next;
  }
  return parts;
}

/** @param behind where the next member begins. */
function partAt(bytes: Buffer, at: number, behind: number): Part {
  const text = (from: number, length: number): string =>
    bytes.toString('latin1', from, from + length);
  const fields = fieldsAt(bytes, at + 6);
  const local = bytes.readUInt32LE(at + 42);
  const [nameLength, extraLength] = [
    bytes.readUInt16LE(local + 26),
    bytes.readUInt16LE(local + 28),
  ];
  const start = local + 30 + nameLength + extraLength;
  const data = bytes.subarray(start, start + fields.compressedSize);
  const name = text(at + 46, bytes.readUInt16LE(at + 28));
  const [localName, localFields] = [text(local + 30, nameLength), fieldsAt(bytes, local + 4)];
  const part: Part = {
    ...fields,
    name,
    content: fields.method === 8 ? inflateRawSync(data) : data,
    data,
    madeBy: bytes.readUInt16LE(at + 4),
    attributes: bytes.subarray(at + 36, at + 42),
    disk: bytes.readUInt16LE(at + 34),
    after: bytes.subarray(start + data.length, behind),
  };
  const isAsExpected =
    localName === name &&
    JSON.stringify(localFields) === JSON.stringify({ ...localFieldsOf(part) });
  return isAsExpected ? part : { ...part, localName, local: localFields };
}

function fieldsAt(bytes: Buffer, at: number): HeaderFields {
  return {
    version: bytes.readUInt16LE(at),
    flags: bytes.readUInt16LE(at + 2),
    method: bytes.readUInt16LE(at + 4),
    time: bytes.readUInt32LE(at + 6),
    crc: bytes.readUInt32LE(at + 10),
    compressedSize: bytes.readUInt32LE(at + 14),
    size: bytes.readUInt32LE(at + 18),
  };
}

/**
 * What the second has otherwise than the first, whose own parts make it again: an `ArchiveDifference`, the
 * name of what has another content or of what only one of them has, or `archive` for anything else.
 */
export function differences(first: Uint8Array, second: Uint8Array): readonly string[] {
  const [before, after] = [partsOf(first), partsOf(second)];
  const found = new Set<string>();
  if (!Buffer.from(makeZip(after)).equals(second)) found.add('archive');
  const [names, others] = [before, after].map((parts) => parts.map(({ name }) => name)) as [
    string[],
    string[],
  ];
  for (const name of [...names, ...others])
    if (!names.includes(name) || !others.includes(name)) found.add(name);
  if (found.size === 0 && names.join() !== others.join()) found.add('order');
  for (const part of after) {
    const was = before.find(({ name }) => name === part.name);
    for (const difference of was === undefined ? [] : differencesOf(was, part))
      found.add(difference);
  }
  return [...found];
}

function* differencesOf(was: Part, is: Part): Iterable<string> {
  if (!isEqual(was.content, is.content)) yield is.name;
  if (was.madeBy !== is.madeBy) yield 'maker';
  if (!isEqual(was.attributes, is.attributes)) yield 'attributes';
  if (was.time !== is.time) yield 'time';
  if (was.version !== is.version) yield 'version';
  if (was.flags !== is.flags) yield 'flags';
  const isPackedAlike =
    was.method === is.method && isEqual(was.data, is.data) && isEqual(was.after, is.after);
  if (!isPackedAlike) yield 'compression';
  if (!isTrue(is)) yield 'archive';
}

/** Whether all that is said of it is so, in one place as in the other. */
function isTrue({ local, disk, flags = 0, after = new Uint8Array(), ...part }: Part): boolean {
  const { content, data = content, crc, size, version, method } = part;
  const behind = Buffer.alloc(16);
  [0x08074b50, crc32(content), data.length, content.length].forEach((value, at) => {
    behind.writeUInt32LE(value, 4 * at);
  });
  const allowed = (flags & 8) === 0 ? [new Uint8Array()] : [behind, behind.subarray(4)];
  return (
    local === undefined &&
    disk === 0 &&
    (version === 10 || version === 20) &&
    (flags & ~READABLE_FLAGS) === 0 &&
    (part.name !== 'mimetype' || (flags === 0 && method === 0)) &&
    (method === 0 || lengthOfDeflated(data) === data.length) &&
    crc === crc32(content) &&
    size === content.length &&
    allowed.some((each) => isEqual(each, after))
  );
}

/** Bits 1, 2, 3 and 11. */
const READABLE_FLAGS = 0x080e;

/** How much of it is deflate: zlib says nothing of what is behind. */
function lengthOfDeflated(data: Uint8Array): number {
  const { engine } = inflateRawSync(data, { info: true }) as unknown as {
    readonly engine: { readonly bytesWritten: number };
  };
  return engine.bytesWritten;
}

function isEqual(a: Uint8Array = new Uint8Array(), b: Uint8Array = new Uint8Array()): boolean {
  return Buffer.from(a).equals(b);
}
