/**
 * A handover that waits for the recovery key, and one that it has signed (docs/formats/handover-request.md): the file that is
 * carried to whoever holds that key, and the one that comes back, which is also what trust files have.
 */
import { utf8ToString } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseStrictJson } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import { COUNT, DIGEST, JsonMembers, type Refuse, textLike } from '../base/json-members.js';
import {
  type HandoverSignature,
  type HandoverTerms,
  isHandoverSignedBy,
  isNextKey,
} from '../tlog/handover.js';
import { ed25519KeyIn, type VerifierKey } from '../tlog/note-key.js';
import { EvidenceError } from './evidence-error.js';
import { textUpTo } from './internal/evidence-shapes.js';

export interface HandoverRequest extends HandoverTerms {
  readonly origin: string;
}

export interface SignedHandover extends HandoverRequest {
  /** By a recovery key, and true; whose key that is, is for the reader to know. */
  readonly signature: HandoverSignature;
}

export const MAX_HANDOVER_FILE_BYTES = 64 * 1024;

const FORMAT = 1;
const KIND = 'chirograph/handover-request';
const KIND_SHAPE = textLike(/^chirograph\/handover-request$/, `"${KIND}"`);
const ORIGIN = textUpTo(512);
const KEY = textUpTo(1_024);
const SIGNATURE = textLike(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'base64 of 64 bytes');

/** RFC 8785 JSON, without a newline. */
export function formatHandoverRequest(request: HandoverRequest): Uint8Array {
  return canonicalJsonBytes(requestToJson(request));
}

export function formatSignedHandover(handover: SignedHandover): Uint8Array {
  return canonicalJsonBytes(signedHandoverToJson(handover));
}

export function signedHandoverToJson(handover: SignedHandover): JsonObject {
  const { by, signature } = handover.signature;
  return { ...requestToJson(handover), signature: { by, signature } };
}

/** @throws EvidenceError HANDOVER_MALFORMED. */
export function parseHandoverRequest(bytes: Uint8Array): HandoverRequest {
  const members = membersOf(bytes);
  const request = readTerms(members, malformed);
  members.end();
  return request;
}

/** @throws EvidenceError HANDOVER_MALFORMED, also for a signature that does not hold. */
export function parseSignedHandover(bytes: Uint8Array): SignedHandover {
  return readSignedHandover(membersOf(bytes), malformed);
}

/** @throws what `refuse` makes. */
export function readSignedHandover(members: JsonMembers, refuse: Refuse): SignedHandover {
  const request = readTerms(members, refuse);
  const signed = members.object('signature');
  const by = signed.required('by', KEY);
  const signature = { by, signature: signed.required('signature', SIGNATURE) };
  signed.end();
  members.end();
  if (!isHandoverSignedBy(request.origin, request, signature, keyOf(by, refuse)))
    throw refuse('its signature is not by the key that it names');
  return { ...request, signature };
}

function requestToJson({ origin, new: next, old, rootHash, size }: HandoverRequest): JsonObject {
  return { $v: FORMAT, kind: KIND, new: next, old, origin, rootHash, size };
}

function membersOf(bytes: Uint8Array): JsonMembers {
  if (bytes.length > MAX_HANDOVER_FILE_BYTES) throw malformed('it is larger than 64 KiB');
  try {
    return new JsonMembers(parseStrictJson(utf8ToString(bytes)), malformed);
  } catch (cause) {
    if (cause instanceof ChirographError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function readTerms(members: JsonMembers, refuse: Refuse): HandoverRequest {
  if (members.required('$v', COUNT) !== FORMAT) throw refuse('its format is not 1');
  members.required('kind', KIND_SHAPE);
  const request = {
    origin: members.required('origin', ORIGIN),
    old: members.required('old', KEY),
    new: members.required('new', KEY),
    size: members.required('size', COUNT),
    rootHash: members.required('rootHash', DIGEST),
  };
  const { origin } = request;
  const [old, next] = [keyOf(request.old, refuse), keyOf(request.new, refuse)];
  if (old.name !== origin || !isNextKey(origin, old, next))
    throw refuse('its keys are not two keys of the log that it names');
  return request;
}

function keyOf(text: string, refuse: Refuse): VerifierKey {
  const key = ed25519KeyIn(text);
  if (key !== null) return key;
  throw refuse('one of its keys is not an Ed25519 verifier key');
}

function malformed(reason: string, cause?: unknown): EvidenceError {
  return new EvidenceError('HANDOVER_MALFORMED', `not a handover: ${reason}`, { cause });
}
