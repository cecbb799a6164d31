/**
 * The claim: what an author says before an entry exists (docs/formats/header.md). Its signature is
 * for `identities/claim-signature`.
 */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { arrayOf, COUNT, DIGEST, INSTANT, JsonMembers, textLike } from '../base/json-members.js';
import { KEY, PERSON, TYPE } from './internal/shapes.js';
import { formatNewer, RecordsError } from './records-error.js';

export interface Claim {
  readonly author: string;
  readonly key?: string;
  /** Hex, 16 bytes. */
  readonly nonce: string;
  /** SHA-256 of the payload bytes, then of the bytes of each part, then of the content of each attachment. */
  readonly payloads: readonly HexDigest[];
  /** When, by its author's clock; format 2 alone. */
  readonly signedAt?: UnixMillis;
  readonly subject: string;
  readonly type: string;
  readonly validFrom?: UnixMillis;
  readonly validTo?: UnixMillis;
}

/** JOSE's names (RFC 8037, 7518, 8812). */
export const CLAIM_ALGORITHMS = ['Ed25519', 'ES256', 'ES256K'] as const;
export type ClaimAlgorithm = (typeof CLAIM_ALGORITHMS)[number];
export const CLAIM_SIGNATURE_BYTES = 64;

export interface ClaimSignature {
  /** A `did:key`, or what its identity calls it. */
  readonly keyId: string;
  readonly alg: ClaimAlgorithm;
  /** `CLAIM_SIGNATURE_BYTES`. */
  readonly value: Uint8Array;
}

/** Who signed a claim, as its entry says it. */
export interface ClaimSigner {
  /** The `did:key` that `keyId` stood for. */
  readonly key: string;
  /** Digest of the last event of the author's history. */
  readonly authorEvent: HexDigest;
}

/** What a record says of what its claim says. */
export type ClaimedRecord = Omit<Claim, 'nonce' | 'signedAt'>;

/** @throws RecordsError RECORD_MALFORMED, RECORD_FORMAT_NEWER; paths begin with `/claim`. */
export function parseClaim(value: JsonObject): Claim {
  const members = new JsonMembers(value, malformed);
  const format = members.required('$v', COUNT);
  if (format > CLAIM_FORMAT) throw formatNewer('claim', format, CLAIM_FORMAT);
  if (format !== CLAIM_FORMAT && format !== UNDATED_FORMAT)
    throw malformed('its format is neither 1 nor 2');
  const signedAt = format === CLAIM_FORMAT ? members.required('signedAt', INSTANT) : undefined;
  const key = members.optional('key', KEY);
  const validFrom = members.optional('validFrom', INSTANT);
  const validTo = members.optional('validTo', INSTANT);
  const claim = {
    author: members.required('author', PERSON),
    nonce: members.required('nonce', NONCE),
    payloads: members.required('payloads', PAYLOADS),
    subject: members.required('subject', PERSON),
    type: members.required('type', TYPE),
    ...(key !== undefined && { key }),
    ...(signedAt !== undefined && { signedAt }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
  members.end();
  return claim;
}

/** @throws RecordsError RECORD_CLAIM_DIFFERS whose `path` names the first member that says something else. */
export function checkClaim(claim: Claim, record: ClaimedRecord): void {
  for (const name of SCALARS) if (claim[name] !== record[name]) throw differs(name);
  const alike =
    claim.payloads.length === record.payloads.length &&
    claim.payloads.every((digest, at) => digest === record.payloads[at]);
  if (!alike) throw differs('payloads');
}

const CLAIM_FORMAT = 2;
const UNDATED_FORMAT = 1;
const SCALARS = ['author', 'key', 'subject', 'type', 'validFrom', 'validTo'] as const;
const NONCE = textLike(/^[0-9a-f]{32}$/, 'hex of 16 bytes');
/** The payload, at most 64 parts and at most 64 attachments. */
const PAYLOADS = arrayOf(DIGEST, 129);

function differs(member: string): RecordsError {
  return new RecordsError(
    'RECORD_CLAIM_DIFFERS',
    `the claim says something else than the record: ${member}`,
    { path: `/claim/${member}` },
  );
}

function malformed(reason: string): RecordsError {
  return new RecordsError('RECORD_MALFORMED', `not a claim: ${reason}`, { path: '/claim' });
}
