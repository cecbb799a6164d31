/**
 * What makes an epoch out of the one before (docs/formats/epoch.md): the logs whose heads moved, or that ended.
 * It lies in the epoch log itself, so that whoever has that log, and only he, can go on with it.
 */
import type { Sha256Digest } from '../base/brand.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { fromHex, toHex, utf8 } from '../base/bytes.js';
import { assert, BaseError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import {
  type ClosingStatement,
  CLOSING_STATEMENT_BYTES,
  parseClosingStatement,
} from '../evidence/closing-statement.js';
import { HANDLE_BYTES } from '../evidence/epoch-map.js';
import { EvidenceError } from '../evidence/evidence-error.js';
import {
  HEAD_STATEMENT_BYTES,
  type HeadStatement,
  parseHeadStatement,
} from '../evidence/head-statement.js';
import { AnchoringError } from './errors.js';

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
  const sorted = changes.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const writer = new ByteWriter(64 + changes.length * (17 + HEAD_STATEMENT_BYTES));
  writer.u8(FORMAT);
  writer.bytes(salt);
  writer.u32(sorted.length);
  for (const { tenant, log, statement } of sorted) {
    writer.bytes(fromHex(tenant));
    writer.bytes(fromHex(log));
    writer.u8(statement.length);
    writer.bytes(statement);
  }
  return writer.finish();
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
    let last = '';
    for (let at = 0; at < count; at++) {
      const change = readChange(reader);
      const place = placeOf(change);
      if (place <= last) throw damaged('they are out of order');
      last = place;
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
const LABEL = utf8('chirograph/epoch-changes/1\0');

function readChange(reader: ByteReader): EpochChange {
  const tenant = toHex(reader.bytes(HANDLE_BYTES));
  const log = toHex(reader.bytes(HANDLE_BYTES));
  const statement = Uint8Array.from(reader.bytes(reader.u8()));
  parseTaken(statement);
  return { tenant, log, statement };
}

function placeOf({ tenant, log }: EpochChange): string {
  return tenant + log;
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
