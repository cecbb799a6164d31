/**
 * What makes an epoch out of the one before (docs/formats/epoch.md): the logs whose heads moved, or that ended.
 * It lies in the epoch log itself, so that whoever has that log, and only he, can go on with it.
 */
import type { Sha256Digest } from '../base/brand.js';
import { ByteReader } from '../base/byte-codec.js';
import { toHex, utf8 } from '../base/bytes.js';
import { assert, BaseError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import {
  type ClosingStatement,
  CLOSING_STATEMENT_BYTES,
  parseClosingStatement,
} from '../evidence/closing-statement.js';
import { HANDLE_BYTES } from '../evidence/epoch-map.js';
import { EvidenceError } from '../evidence/evidence-error.js';
import { type HeadStatement, parseHeadStatement } from '../evidence/head-statement.js';
import { AnchoringError } from './errors.js';
import { writeHandle } from './internal/handle-bytes.js';

export interface EpochChange {
  /** Handles, 16 hex digits. */
  readonly tenant: string;
  readonly log: string;
  /** Bytes of the head statement, or of the closing statement. */
  readonly statement: Uint8Array;
}

/** So many are less than a block may hold. */
export const MAX_CHANGES = 40_000;
export const CHANGES_SALT_BYTES = 32;

/** Takes the changes in any order, no log twice; without any only for an epoch with a succession. @param salt random, 32 bytes. */
export function formatChanges(changes: readonly EpochChange[], salt: Uint8Array): Uint8Array {
  assert(changes.length <= MAX_CHANGES, 'at most 40,000 changes');
  assert(salt.length === CHANGES_SALT_BYTES, '32 bytes of salt');
  const length = changes.reduce((sum, { statement }) => sum + 17 + statement.length, HEADER_BYTES);
  const bytes = Buffer.allocUnsafeSlow(length);
  bytes[0] = FORMAT;
  bytes.set(salt, 1);
  let at = bytes.writeUInt32BE(changes.length, 1 + CHANGES_SALT_BYTES);
  const places = placesOf(changes);
  for (const index of orderOf(places)) {
    const statement = changes[index]?.statement ?? NOTHING;
    at += places.copy(bytes, at, index * PLACE_BYTES, (index + 1) * PLACE_BYTES);
    at = bytes.writeUInt8(statement.length, at);
    bytes.set(statement, at);
    at += statement.length;
  }
  return bytes;
}

/**
 * @param maybeNone where the epoch has something else to say than changes.
 * @throws AnchoringError EPOCH_HEADS_DAMAGED for anything that `formatChanges` would not write.
 */
export function parseChanges(bytes: Uint8Array, maybeNone = false): EpochChange[] {
  try {
    const reader = new ByteReader(bytes);
    const format = reader.u8();
    if (format > FORMAT) throw damaged(`format ${format} is newer than ${FORMAT}: update`);
    if (format !== FORMAT) throw damaged('they have no format');
    reader.bytes(CHANGES_SALT_BYTES);
    const count = reader.u32();
    if ((count === 0 && !maybeNone) || count > MAX_CHANGES)
      throw damaged('there are none, or too many');
    const changes: EpochChange[] = [];
    for (let at = 0; at < count; at++) {
      const change = readChange(reader);
      const last = changes.at(-1);
      if (last !== undefined && !isBefore(last, change)) throw damaged('they are out of order');
      changes.push(change);
    }
    reader.end();
    return changes;
  } catch (cause) {
    if (cause instanceof BaseError || cause instanceof EvidenceError)
      throw damaged(cause.message, cause);
    throw cause;
  }
}

/** What an epoch's statement says of its changes. */
export function changesDigest(bytes: Uint8Array): Sha256Digest {
  return sha256(LABEL, bytes);
}

export type TakenStatement =
  ({ readonly kind: 'head' } & HeadStatement) | ({ readonly kind: 'closing' } & ClosingStatement);

/** @throws EvidenceError EVIDENCE_MALFORMED. */
export function parseTaken(statement: Uint8Array): TakenStatement {
  return statement.length === CLOSING_STATEMENT_BYTES
    ? { kind: 'closing', ...parseClosingStatement(statement) }
    : { kind: 'head', ...parseHeadStatement(statement) };
}

const FORMAT = 1;
const HEADER_BYTES = 1 + CHANGES_SALT_BYTES + 4;
const NOTHING = new Uint8Array();
const PLACE_BYTES = 2 * HANDLE_BYTES;
const LABEL = utf8('chirograph/epoch-changes/1\0');

function readChange(reader: ByteReader): EpochChange {
  const tenant = toHex(reader.bytes(HANDLE_BYTES));
  const log = toHex(reader.bytes(HANDLE_BYTES));
  const statement = Uint8Array.from(reader.bytes(reader.u8()));
  parseTaken(statement);
  return { tenant, log, statement };
}

/** Tenant and log of each change, as bytes. */
function placesOf(changes: readonly EpochChange[]): Buffer {
  const places = Buffer.allocUnsafeSlow(changes.length * PLACE_BYTES);
  for (const [index, { tenant, log }] of changes.entries()) {
    writeHandle(places, index * PLACE_BYTES, tenant);
    writeHandle(places, index * PLACE_BYTES + HANDLE_BYTES, log);
  }
  return places;
}

/** Indices of places in ascending order. By numbers: comparing as many texts takes longer than hashing their heads. */
function orderOf(places: Buffer): Uint32Array {
  const order = Uint32Array.from({ length: places.length / PLACE_BYTES }, (_, index) => index);
  return order.sort((a, b) => {
    for (let at = 0; at < PLACE_BYTES; at++) {
      const difference = (places[a * PLACE_BYTES + at] ?? 0) - (places[b * PLACE_BYTES + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Handles are of one length and lower case, so the order of their texts is that of their bytes. */
function isBefore(a: EpochChange, b: EpochChange): boolean {
  return a.tenant === b.tenant ? a.log < b.log : a.tenant < b.tenant;
}

function damaged(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError(
    'EPOCH_HEADS_DAMAGED',
    `the changes of an epoch are damaged: ${reason}`,
    {
      cause,
    },
  );
}
