/** An event and who signed it: the payload of an entry of an identity ledger (docs/formats/identity.md). */
import { toBase64 } from '../base/bytes.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { base64Of, JSON_OBJECT, JsonMembers, oneOf, type Shape } from '../base/json-members.js';
import { KEY_ALGORITHMS, type KeyAlgorithm } from './did-key.js';
import { malformed } from './identity-error.js';
import { type IdentityEvent, MAX_KEYS, parseEvent } from './identity-event.js';

/** Of keys of certificates: also RSA, and P-384. */
export const CERTIFICATE_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256'] as const;
export type CertificateAlgorithm = (typeof CERTIFICATE_ALGORITHMS)[number];

export interface EventSignature {
  /** A `did:key`, or `x509:<SHA-256 of the certificate, hex>`. */
  readonly keyId: string;
  readonly alg: KeyAlgorithm | CertificateAlgorithm;
  readonly value: Uint8Array;
}

export interface SignedEvent {
  readonly event: IdentityEvent;
  readonly signatures: readonly EventSignature[];
}

/** @throws IdentityError IDENTITY_MALFORMED, IDENTITY_FORMAT_NEWER. */
export function parseSignedEvent(value: JsonValue): SignedEvent {
  const members = new JsonMembers(value, malformed);
  const event = parseEvent(members.required('event', JSON_OBJECT));
  const signatures = members.objects('signatures', MAX_SIGNATURES).map(readSignature);
  members.end();
  if (new Set(signatures.map(({ keyId }) => keyId)).size !== signatures.length)
    throw malformed('a key signs it twice');
  return { event, signatures };
}

/** @param event as it was parsed from. */
export function signedEventToJson(
  event: JsonObject,
  signatures: readonly EventSignature[],
): JsonObject {
  const written = signatures.map(signatureToJson);
  return { event, ...(written.length > 0 && { signatures: written }) };
}

export function signatureToJson({ value, ...rest }: EventSignature): JsonObject {
  return { ...rest, value: toBase64(value) };
}

/** Those that a new quorum and new keys could have at most. */
const MAX_SIGNATURES = 2 * MAX_KEYS;
const MAX_VALUE_BYTES = 1024;
const ALG = oneOf(...KEY_ALGORITHMS, 'ES384', 'RS256', 'PS256');
const KEY_ID: Shape<string> = {
  what: 'a did:key, or x509: and 64 hex digits',
  read: (value) =>
    typeof value === 'string' &&
    /^(?:did:key:z[1-9A-HJ-NP-Za-km-z]{1,100}|x509:[0-9a-f]{64})$/.test(value)
      ? value
      : null,
};

function readSignature(members: JsonMembers): EventSignature {
  const signature = {
    keyId: members.required('keyId', KEY_ID),
    alg: members.required('alg', ALG),
    value: members.required('value', base64Of()),
  };
  members.end();
  if (signature.value.length > MAX_VALUE_BYTES) throw malformed('a signature is too long');
  return signature;
}
