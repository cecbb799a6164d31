/** Requests to time-stamping authorities (RFC 3161 §2.4.1). */
import { assert } from '../base/errors.js';
import { DerFields } from './der-fields.js';
import { readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readBoolean, readOid, readSmallInteger } from './der-values.js';
import { derBoolean, derInteger, derOid, derSequence } from './der-writer.js';
import { type DigestName, DIGESTS } from './digest-algorithms.js';
import { derMessageImprint, type MessageImprint, readMessageImprint } from './message-imprint.js';
import { parsing, SigningError } from './signing-error.js';
import { MAX_TSP_INTEGER_BYTES, readBoundedInteger } from './tst-info.js';

export interface TimeStampRequest {
  readonly imprint: MessageImprint;
  /** The policy that is asked for; null leaves it to the authority. */
  readonly policy: string | null;
  /** Contents octets of the INTEGER. */
  readonly nonce: Uint8Array | null;
  /** Whether the token is to carry the authority's certificate. */
  readonly certReq: boolean;
}

export interface TimeStampOrder {
  readonly digest: DigestName;
  readonly hash: Uint8Array;
  /** Random; read as a positive number. Without it an old answer passes for a new one. */
  readonly nonce: Uint8Array | null;
  readonly policy?: string | null;
  readonly certReq?: boolean;
}

export function encodeTimeStampRequest(order: TimeStampOrder): Uint8Array {
  const { hash, nonce, policy = null, certReq = true } = order;
  const digest = DIGESTS[order.digest];
  assert(hash.length === digest.length, 'a hash of the length that its digest gives');
  assert(nonce === null || nonce.length < MAX_TSP_INTEGER_BYTES, 'a nonce that can be read again');
  return derSequence(
    derInteger(1),
    derMessageImprint({ digest, hash }),
    policy === null ? NOTHING : derOid(policy),
    nonce === null ? NOTHING : derInteger(nonce),
    // FALSE is the default, which DER leaves out.
    certReq ? derBoolean(true) : NOTHING,
  );
}

/**
 * Extensions are refused: none is known here, and an authority must not ignore any (§2.4.1).
 *
 * @throws SigningError TIME_STAMP_MALFORMED; ALGORITHM_UNSUPPORTED for a hash that is not SHA-2.
 */
export function parseTimeStampRequest(der: Uint8Array): TimeStampRequest {
  return parsing('TIME_STAMP_MALFORMED', 'time-stamp request', () => {
    const fields = DerFields.of(readDer(der, REQUEST_LIMITS));
    const version = fields.next();
    const imprint = readMessageImprint(fields.next());
    const policy = fields.optional(TAG.objectIdentifier);
    const nonce = fields.optional(TAG.integer);
    const certReq = fields.optional(TAG.boolean);
    fields.end();
    if (readSmallInteger(version) !== 1) throw malformed('it is not of version 1');
    return {
      imprint,
      policy: policy === undefined ? null : readOid(policy),
      nonce: nonce === undefined ? null : readBoundedInteger(nonce),
      certReq: certReq !== undefined && readBoolean(certReq),
    };
  });
}

const NOTHING = new Uint8Array();
const REQUEST_LIMITS = { maxBytes: 4_096, maxNodes: 64, maxDepth: 8 };

function malformed(reason: string): SigningError {
  return new SigningError('TIME_STAMP_MALFORMED', `time-stamp request: ${reason}`);
}
