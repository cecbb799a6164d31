/** The central directory of an archive: what it declares of its members, before any of them is looked at. */
import { unreadable } from './unreadable-container.js';
import { CENTRAL_LENGTH, END_LENGTH, FLAG, isMemberName, METHOD, SIGNATURE } from './zip-layout.js';

export interface Directory {
  readonly members: readonly DeclaredMember[];
  /** Where it begins. */
  readonly offset: number;
}

export interface DeclaredMember {
  readonly name: string;
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  /** Time and date as they stand; they say nothing. */
  readonly time: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

/** @throws EvidenceError EVIDENCE_MALFORMED. */
export function readDirectory(view: DataView, maxMembers: number): Directory {
  const { count, offset, end } = readEnd(view);
  if (count > maxMembers) throw unreadable(`it has more than ${maxMembers} members`);
  const members: DeclaredMember[] = [];
  let at = offset;
  for (let number = 1; number <= count; number++) {
    const member = readMember(view, at, end, number);
    members.push(member);
    at += CENTRAL_LENGTH + member.name.length;
  }
  if (at !== end) throw unreadable('its directory is not as long as it says');
  return { members, offset };
}

/** The last bytes of the archive, so that nothing can stand behind it. */
function readEnd(view: DataView): { count: number; offset: number; end: number } {
  const end = view.byteLength - END_LENGTH;
  if (end < 0 || view.getUint32(end, true) !== SIGNATURE.end)
    throw unreadable('it does not end with the end of an archive');
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  const isOneDisk = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count;
  const hasComment = view.getUint16(end + 20, true) !== 0;
  if (!isOneDisk || hasComment || offset + length !== end)
    throw unreadable('its end record does not fit it');
  return { count, offset, end };
}

function readMember(view: DataView, at: number, end: number, number: number): DeclaredMember {
  const u16 = (offset: number): number => view.getUint16(at + offset, true);
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  if (at + CENTRAL_LENGTH > end || u32(0) !== SIGNATURE.central)
    throw unreadable(`the directory ends before member ${number}`);
  const nameLength = u16(28);
  if (at + CENTRAL_LENGTH + nameLength > end)
    throw unreadable(`the directory ends within member ${number}`);
  const name = asciiAt(view, at + CENTRAL_LENGTH, nameLength);
  if (!isMemberName(name)) throw unreadable(`the name of member ${number} is not allowed`);
  // Extra fields and comments could say anything, and Zip64 says other sizes; disks other places.
  const extraCommentDisk = u16(30) + u16(32) + u16(34);
  const versionNeeded = u16(6);
  const flags = u16(8);
  const method = u16(10);
  const isKnown =
    (versionNeeded === 10 || versionNeeded === 20) &&
    (flags & ~READABLE_FLAGS) === 0 &&
    (method === METHOD.stored || method === METHOD.deflated);
  if (extraCommentDisk !== 0 || !isKnown)
    throw unreadable(`member ${number} uses what a container does not have`);
  return {
    name,
    versionNeeded,
    flags,
    method,
    time: u32(12),
    crc: u32(16),
    compressedSize: u32(20),
    size: u32(24),
    offset: u32(42),
  };
}

const READABLE_FLAGS = FLAG.deflateEffort | FLAG.descriptor | FLAG.utf8;

/** Bytes as characters of their own: what is not ASCII is no name. */
export function asciiAt(view: DataView, at: number, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++)
    text += String.fromCharCode(view.getUint8(at + index));
  return text;
}
