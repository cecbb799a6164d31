/**
 * What an epoch says of a log that has no head any more (docs/formats/epoch.md): that it ended, why, and what
 * goes on for it. Without one, a log that is missing from an epoch has disappeared.
 */
import type { Sha256Digest } from '../base/brand.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { equalBytes, sha256Digest, utf8 } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { EvidenceError } from './evidence-error.js';

export interface ClosingStatement {
  /** SHA-256 of the origin that ended. */
  readonly originHash: Sha256Digest;
  readonly reason: ClosingReason;
  /** SHA-256 of the origin that goes on for it; null where none does. */
  readonly successor: Sha256Digest | null;
}

const REASONS = ['lost', 'moved', 'closed'] as const;
export type ClosingReason = (typeof REASONS)[number];

export const CLOSING_STATEMENT_BYTES = 69;

export function formatClosingStatement(closing: ClosingStatement): Uint8Array {
  const writer = new ByteWriter(CLOSING_STATEMENT_BYTES);
  writer.bytes(MAGIC);
  writer.bytes(closing.originHash);
  writer.u8(1 + REASONS.indexOf(closing.reason));
  writer.bytes(closing.successor ?? NOBODY);
  return writer.finish();
}

/** @throws EvidenceError EVIDENCE_MALFORMED for anything that `formatClosingStatement` would not write. */
export function parseClosingStatement(bytes: Uint8Array): ClosingStatement {
  try {
    const reader = new ByteReader(bytes);
    if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) throw malformed('it begins otherwise');
    const originHash = sha256Digest(reader.bytes(32));
    const reason = REASONS[reader.u8() - 1];
    const successor = sha256Digest(reader.bytes(32));
    reader.end();
    if (reason === undefined) throw malformed('its reason is unknown');
    return { originHash, reason, successor: equalBytes(successor, NOBODY) ? null : successor };
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message);
    throw cause;
  }
}

const MAGIC = utf8('CGX1');
const NOBODY = new Uint8Array(32);

function malformed(reason: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not a closing statement: ${reason}`);
}
