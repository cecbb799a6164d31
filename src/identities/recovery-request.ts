/**
 * A recovery that waits for recovery keys in several hands (docs/formats/identity.md, "Recovery requests"): the file
 * that is carried to each of them. It holds the whole history, so that a signer who is offline is shown what follows
 * from the events, and nothing on the word of whoever made the request.
 */
import { concat, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import {
  arrayOf,
  COUNT,
  isJsonObject,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
} from '../base/json-members.js';
import { MAX_EVENTS } from './apply-event.js';
import { IdentityError } from './identity-error.js';
import {
  type IdentityChange,
  type IdentityEvent,
  MAX_KEYS,
  type Recovery,
} from './identity-event.js';
import type { IdentityState } from './identity-state.js';
import { replayEvent } from './replay-events.js';
import { type EventSignature, parseSignedEvent } from './signed-event.js';

export interface RecoveryRequest {
  /** Before it, as the history has it. */
  readonly state: IdentityState;
  /** Who may sign it, and how many of them must. */
  readonly recovery: Recovery;
  readonly event: IdentityEvent;
  readonly change: Readonly<Extract<IdentityChange, { action: 'recover' }>>;
  /** Of all new keys, and of nobody else. */
  readonly signatures: readonly EventSignature[];
  /** All members of the file. */
  readonly json: JsonObject & { readonly event: JsonObject };
}

/** Enough for all but histories full of the largest events. */
export const MAX_RECOVERY_REQUEST_BYTES = 16 * 1024 * 1024;

const FORMAT = 1;
const KIND = 'chirograph/recovery-request';
const KIND_SHAPE = oneOf(KIND);
const HISTORY = arrayOf(JSON_OBJECT, MAX_EVENTS);
const SIGNATURES = arrayOf(JSON_OBJECT, MAX_KEYS);
const LINE_FEED = 0x0a;

/**
 * @param history payloads of all events of the identity, oldest first.
 * @param signed the payload that is to follow: the recovery, signed by its new keys.
 * @returns the file. @throws as `parseRecoveryRequest`: nothing is handed out that it would be no use to sign.
 */
export function formatRecoveryRequest(
  history: readonly JsonObject[],
  signed: JsonObject,
): Uint8Array {
  const bytes = recoveryFile({ $v: FORMAT, kind: KIND, history, ...signed });
  parseRecoveryRequest(bytes);
  return bytes;
}

/**
 * @throws IdentityError IDENTITY_REQUEST_MALFORMED, IDENTITY_FORMAT_NEWER; as `parseSignedEvent` and `applyEvent` where
 * the events are no history, or the identity would refuse this one however many recovery keys sign it.
 */
export function parseRecoveryRequest(bytes: Uint8Array): RecoveryRequest {
  const json = readRecoveryFile(bytes);
  if (Object.hasOwn(json, 'signature'))
    throw requestMalformed('it is signed already: each signs the request itself');
  return readRequest(json);
}

/** @throws as `parseRecoveryRequest`. */
export function readRequest(json: JsonObject): RecoveryRequest {
  const members = new JsonMembers(json, requestMalformed);
  const format = members.required('$v', COUNT);
  if (format > FORMAT)
    throw new IdentityError(
      'IDENTITY_FORMAT_NEWER',
      `the request has format ${format}; this version reads ${FORMAT}`,
    );
  if (format !== FORMAT) throw requestMalformed('its format is not 1');
  members.required('kind', KIND_SHAPE);
  const history = members.required('history', HISTORY);
  const event = members.required('event', JSON_OBJECT);
  const signed = parseSignedEvent({
    event,
    signatures: members.required('signatures', SIGNATURES),
  });
  members.end();
  const state = stateAfter(history);
  const { change } = signed.event;
  if (change.action !== 'recover') throw requestMalformed('what is to be signed is no recovery');
  const { recovery } = state;
  if (recovery === null) throw requestMalformed('the identity has no recovery keys');
  const request = { state, recovery, change, ...signed, json: { ...json, event } };
  checkSigned(request, signed.signatures, 0);
  if (signed.signatures.length !== change.keys.length)
    throw requestMalformed('it is signed by others than its new keys');
  return request;
}

/** That the identity takes the recovery, if so many of its recovery keys are enough. @throws as `applyEvent`. */
export function checkSigned(
  { state, recovery, event }: Pick<RecoveryRequest, 'state' | 'recovery' | 'event'>,
  signatures: readonly EventSignature[],
  threshold: number,
): void {
  replayEvent({ ...state, recovery: { ...recovery, threshold } }, { event, signatures });
}

/** RFC 8785 JSON and a line feed. */
export function recoveryFile(json: JsonObject): Uint8Array {
  return concat(canonicalJsonBytes(json), utf8('\n'));
}

/** @throws IdentityError IDENTITY_REQUEST_MALFORMED. */
export function readRecoveryFile(bytes: Uint8Array): JsonObject {
  if (bytes.length > MAX_RECOVERY_REQUEST_BYTES) throw requestMalformed('it is larger than 16 MiB');
  // Lost on the way, it takes nothing with it.
  const text = bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes;
  try {
    const json = parseCanonicalJson(text);
    if (isJsonObject(json)) return json;
  } catch (cause) {
    if (cause instanceof BaseError) throw requestMalformed(cause.message, cause);
    throw cause;
  }
  throw requestMalformed('it is not an object');
}

function stateAfter(history: readonly JsonObject[]): IdentityState {
  let state: IdentityState | null = null;
  for (const payload of history) state = replayEvent(state, parseSignedEvent(payload));
  if (state === null) throw requestMalformed('its history is empty');
  return state;
}

export function requestMalformed(reason: string, cause?: unknown): IdentityError {
  const message = `not a recovery request: ${reason}`;
  return new IdentityError('IDENTITY_REQUEST_MALFORMED', message, { cause });
}
