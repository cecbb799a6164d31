/**
 * Reads a ZIP archive that every tool reads alike, and refuses all others: what one program takes for the
 * contents another must not see differently (docs/formats/asic.md, _The archive_). All that is declared is
 * checked before anything is inflated, so that an archive costs no more than what it may declare.
 */
import { crc32 } from './crc32.js';
import { inflate } from './inflate.js';
import { unreadable } from './unreadable-container.js';
import { asciiAt, type DeclaredMember, readDirectory } from './zip-directory.js';
import { FLAG, LOCAL_LENGTH, METHOD, type ReadMember, SIGNATURE } from './zip-layout.js';

export interface ZipLimits {
  readonly maxMembers: number;
  /** Of the archive, and of each member. */
  readonly maxBytes: number;
  /** Of all members together. */
  readonly maxTotalBytes: number;
  /** Of declared to compressed size, where all members together are above `freeBytes`. */
  readonly maxRatio: number;
  readonly freeBytes: number;
}

/** It begins as an archive does that has a member. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** In the order of the archive. @throws EvidenceError EVIDENCE_MALFORMED. */
export function readZip(bytes: Uint8Array, limits: ZipLimits): ReadMember[] {
  if (bytes.length > limits.maxBytes)
    throw unreadable(`it is larger than ${limits.maxBytes} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { members, offset } = readDirectory(view, limits.maxMembers);
  checkSizes(members, limits);
  let end = 0;
  const starts = members.map((member, at) => {
    if (member.offset !== end)
      throw unreadable(`member ${at + 1} does not follow the one before it`);
    const start = member.offset + LOCAL_LENGTH + member.name.length;
    end = start + member.compressedSize;
    if (end > offset || !isLocal(view, member))
      throw unreadable(`the header of member ${at + 1} differs from the directory`);
    end += descriptorLength(view, member, end, offset);
    return start;
  });
  if (end !== offset) throw unreadable('something stands between its members and its directory');
  return members.map((member, at) => {
    const start = starts[at] ?? 0;
    return {
      name: member.name,
      bytes: contentOf(member, bytes.subarray(start, start + member.compressedSize), at + 1),
      isPlain: member.method === METHOD.stored && member.flags === 0,
    };
  });
}

function checkSizes(members: readonly DeclaredMember[], limits: ZipLimits): void {
  const names = new Set<string>();
  let total = 0;
  let compressed = 0;
  for (const [at, { name, size, compressedSize, method }] of members.entries()) {
    names.add(name.toLowerCase());
    if (names.size <= at) throw unreadable(`member ${at + 1} has the name of another`);
    total += size;
    compressed += compressedSize;
    if (size > limits.maxBytes || total > limits.maxTotalBytes)
      throw unreadable('its members are larger than is allowed');
    // No program makes that much more of it; a hostile one would, to be slow to read.
    const most = method === METHOD.stored ? size : size + size / 64 + 64;
    if (compressedSize > most || (method === METHOD.stored && compressedSize < size))
      throw unreadable(`the sizes of member ${at + 1} do not fit each other`);
  }
  if (total > limits.freeBytes && total > limits.maxRatio * compressed)
    throw unreadable(`it inflates to more than ${limits.maxRatio} times its size`);
}

/** Whether the local header, which is within the archive, says just what the directory says. */
function isLocal(view: DataView, member: DeclaredMember): boolean {
  const { name, crc, compressedSize, size, offset } = member;
  const u16 = (at: number): number => view.getUint16(offset + at, true);
  const u32 = (at: number): number => view.getUint32(offset + at, true);
  const isSame = u32(14) === crc && u32(18) === compressedSize && u32(22) === size;
  const isLater = hasDescriptor(member) && u32(14) === 0 && u32(18) === 0 && u32(22) === 0;
  return (
    u32(0) === SIGNATURE.local &&
    u16(4) === member.versionNeeded &&
    u16(6) === member.flags &&
    u16(8) === member.method &&
    u32(10) === member.time &&
    (isSame || isLater) &&
    u16(26) === name.length &&
    u16(28) === 0 &&
    asciiAt(view, offset + LOCAL_LENGTH, name.length) === name
  );
}

/** APPNOTE 4.3.9: it has a signature of its own or not, since tools write both. */
function descriptorLength(
  view: DataView,
  member: DeclaredMember,
  at: number,
  limit: number,
): number {
  if (!hasDescriptor(member)) return 0;
  const { crc, compressedSize, size } = member;
  const says = (from: number): boolean =>
    from + 12 <= limit &&
    view.getUint32(from, true) === crc &&
    view.getUint32(from + 4, true) === compressedSize &&
    view.getUint32(from + 8, true) === size;
  if (at + 16 <= limit && view.getUint32(at, true) === SIGNATURE.descriptor && says(at + 4))
    return 16;
  if (says(at)) return 12;
  throw unreadable('what stands behind a member differs from the directory');
}

function hasDescriptor({ flags }: DeclaredMember): boolean {
  return (flags & FLAG.descriptor) !== 0;
}

function contentOf(
  { method, size, crc }: DeclaredMember,
  data: Uint8Array,
  number: number,
): Uint8Array {
  const bytes = method === METHOD.stored ? data : inflate(data, size);
  if (bytes === null) throw unreadable(`member ${number} does not inflate to what it declares`);
  if (crc32(bytes) !== crc) throw unreadable(`the checksum of member ${number} does not fit`);
  return bytes;
}
