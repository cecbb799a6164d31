/**
 * Writes the one form of archive that docs/formats/asic.md has: nothing compressed, no clock and no time
 * zone, so that the same files are the same bytes for ever.
 */
import { concat } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { crc32 } from './crc32.js';
import {
  CENTRAL_LENGTH,
  END_LENGTH,
  isMemberName,
  LOCAL_LENGTH,
  METHOD,
  SIGNATURE,
  type ZipMember,
} from './zip-layout.js';

/** @param members in their order; names are those of `isMemberName`, no two alike. */
export function writeZip(members: readonly ZipMember[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    assert(isMemberName(name), 'a name that is read back');
    const crc = crc32(bytes);
    parts.push(localHeader(name, bytes, crc), bytes);
    central.push(centralHeader(name, bytes, crc, offset));
    offset += LOCAL_LENGTH + name.length + bytes.length;
  }
  const directory = concat(...central);
  assert(offset + directory.length < 2 ** 32, 'no archive of this format is that large');
  return concat(...parts, directory, endRecord(members.length, directory.length, offset));
}

const VERSION = 20;
/** 1980-01-01, the first day that the format can name; the time beside it is 0. */
const FIRST_DAY = 0x0021;

function localHeader(name: string, bytes: Uint8Array, crc: number): Uint8Array {
  const { header, view } = headerWith(LOCAL_LENGTH, name);
  view.setUint32(0, SIGNATURE.local, true);
  setCommon(view, 4, { name, bytes, crc });
  return header;
}

function centralHeader(name: string, bytes: Uint8Array, crc: number, offset: number): Uint8Array {
  const { header, view } = headerWith(CENTRAL_LENGTH, name);
  view.setUint32(0, SIGNATURE.central, true);
  view.setUint16(4, VERSION, true);
  setCommon(view, 6, { name, bytes, crc });
  view.setUint32(42, offset, true);
  return header;
}

/** From "version needed" to "file name length", which both headers have in the same order. */
function setCommon(
  view: DataView,
  at: number,
  { name, bytes, crc }: { name: string; bytes: Uint8Array; crc: number },
): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 4, METHOD.stored, true);
  view.setUint16(at + 8, FIRST_DAY, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, bytes.length, true);
  view.setUint32(at + 18, bytes.length, true);
  view.setUint16(at + 22, name.length, true);
}

function endRecord(count: number, directoryLength: number, offset: number): Uint8Array {
  const record = new Uint8Array(END_LENGTH);
  const view = new DataView(record.buffer);
  view.setUint32(0, SIGNATURE.end, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directoryLength, true);
  view.setUint32(16, offset, true);
  return record;
}

/** The names are ASCII. */
function headerWith(length: number, name: string): { header: Uint8Array; view: DataView } {
  const header = new Uint8Array(length + name.length);
  for (let at = 0; at < name.length; at++) header[length + at] = name.charCodeAt(at);
  return { header, view: new DataView(header.buffer) };
}
