/** Recovery requests as they come back, each signed by one recovery key; and the event that a quorum of them makes. */
import type { JsonObject } from '../base/canonical-json.js';
import type { DidKey } from './did-key.js';
import { IdentityError } from './identity-error.js';
import {
  checkSigned,
  readRecoveryFile,
  readRequest,
  recoveryFile,
  type RecoveryRequest,
  requestMalformed,
} from './recovery-request.js';
import {
  type EventSignature,
  parseSignedEvent,
  signatureToJson,
  signedEventToJson,
} from './signed-event.js';

export interface SignedRecovery extends RecoveryRequest {
  /** By a recovery key, and true. */
  readonly signature: EventSignature;
}

/** @throws as `parseRecoveryRequest`; IdentityError IDENTITY_KEY_WRONG, IDENTITY_SIGNATURE_INVALID. */
export function parseSignedRecovery(bytes: Uint8Array): SignedRecovery {
  const { signature, ...json } = readRecoveryFile(bytes);
  if (signature === undefined) throw requestMalformed('no recovery key has signed it');
  const request = readRequest(json);
  const [read] = parseSignedEvent({
    event: request.json.event,
    signatures: [signature],
  }).signatures;
  if (read === undefined) throw new Error('one signature was read as none');
  checkRecoveryKey(request, read.keyId);
  checkSigned(request, union([read], request.signatures), 1);
  return { ...request, signature: read };
}

/** @returns the file that goes back. @throws IdentityError IDENTITY_KEY_WRONG of what is none of its recovery keys. */
export function signRecovery(
  request: RecoveryRequest,
  key: { readonly did: DidKey; readonly sign: (message: Uint8Array) => EventSignature },
): Uint8Array {
  checkRecoveryKey(request, key.did);
  const signature = signatureToJson(key.sign(request.event.signedBytes));
  return recoveryFile({ ...request.json, signature });
}

/**
 * What the node takes, of files that came back.
 *
 * @throws IdentityError IDENTITY_REQUEST_DIFFERS, IDENTITY_SIGNED_TWICE, IDENTITY_QUORUM_MISSED, each naming the keys.
 */
export function assembleRecovery(
  signed: readonly [SignedRecovery, ...SignedRecovery[]],
): JsonObject {
  const [{ event, json, recovery, signatures, signature: first }] = signed;
  const other = signed.find((one) => one.event.digest !== event.digest);
  if (other !== undefined)
    throw new IdentityError(
      'IDENTITY_REQUEST_DIFFERS',
      `${first.keyId} and ${other.signature.keyId} signed different requests: have all sign one`,
    );
  const signers = signed.map(({ signature }) => signature.keyId);
  const twice = signers.find((key, at) => signers.indexOf(key) !== at);
  if (twice !== undefined)
    throw new IdentityError(
      'IDENTITY_SIGNED_TWICE',
      `${twice} signed two of these, and counts once: give one of each recovery key`,
    );
  // A recovery key may be a new key, too; then it has signed already.
  const all = union(
    signatures,
    signed.map(({ signature }) => signature),
  );
  const { keys, threshold } = recovery;
  const missing = keys.filter((key) => !all.some(({ keyId }) => keyId === key));
  const given = keys.length - missing.length;
  if (given < threshold)
    throw new IdentityError(
      'IDENTITY_QUORUM_MISSED',
      `this takes ${threshold} recovery keys, and ${given} signed; not yet: ${missing.join(', ')}`,
    );
  return signedEventToJson(json.event, all);
}

/**
 * @param now the identity, as its node has it.
 * @throws IdentityError IDENTITY_NOT_NEXT of a request that does not follow its last event.
 */
export function checkCurrent(
  { event, state }: RecoveryRequest,
  now: { readonly id: string; readonly head: string },
): void {
  if (now.id !== state.id) throw notNext(`the request is for ${state.id}, which is another`);
  if (now.head === event.digest) throw notNext('this recovery was recorded already');
  if (now.head !== event.previous)
    throw notNext('the request is outdated, the identity has changed since: make and sign another');
}

/** One that signs for two reasons signs once. */
function union(
  one: readonly EventSignature[],
  other: readonly EventSignature[],
): readonly EventSignature[] {
  return [...one, ...other.filter(({ keyId }) => !one.some((known) => known.keyId === keyId))];
}

function checkRecoveryKey({ recovery, state }: RecoveryRequest, key: string): void {
  if (!recovery.keys.some((known) => known === key))
    throw new IdentityError(
      'IDENTITY_KEY_WRONG',
      `${key} is none of the recovery keys of ${state.id}: ${recovery.keys.join(', ')}`,
    );
}

function notNext(reason: string): IdentityError {
  return new IdentityError('IDENTITY_NOT_NEXT', reason);
}
