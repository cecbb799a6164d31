/** A node's word that it has destroyed what erasures name, as it goes over a link and is kept (docs/formats/shared-ledger.md): RFC 8785 JSON. */
import {
  canonicalJsonBytes,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import {
  COUNT,
  DIGEST,
  INSTANT,
  JsonMembers,
  type Shape,
  textLike,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import type { ErasedUpTo, SaidWord } from '../../tlog/erasure-word.js';
import { textUpTo } from '../replica/announcement.js';

/** Whose word it is, the link says. */
export type ErasedMessage = ErasedUpTo & Omit<SaidWord, 'node'>;

export const MAX_ERASED_MESSAGE_BYTES = 4_096;
/** Whoever has more says so many: each fewer of them may be another entry of the log. */
export const MAX_COPIES = 1_000;
const SIGNATURE = textLike(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'base64 of 64 bytes');

export function formatErasedMessage(message: ErasedMessage): Uint8Array {
  const { at, copies, erasure, leafHash, origin, signature } = message;
  const said = { at: formatInstant(at), copies, erasure, leafHash, origin, signature };
  return canonicalJsonBytes({ $v: 1, ...said });
}

/** @throws BaseError BYTES_MALFORMED. */
export function parseErasedMessage(bytes: Uint8Array): ErasedMessage {
  const members = new JsonMembers(jsonOf(bytes), malformed);
  if (members.required('$v', COUNT) !== 1) throw malformed('its format is not 1');
  const message = {
    at: members.required('at', INSTANT),
    copies: members.required('copies', COPIES),
    erasure: members.required('erasure', COUNT),
    leafHash: members.required('leafHash', DIGEST),
    origin: members.required('origin', textUpTo(512)),
    signature: members.required('signature', SIGNATURE),
  };
  members.end();
  return message;
}

const COPIES: Shape<number> = {
  what: `a count up to ${MAX_COPIES}`,
  read: (value) => {
    const count = COUNT.read(value);
    return count !== null && count <= MAX_COPIES ? count : null;
  },
};

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes, { maxDepth: 1 });
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed('it is not RFC 8785 JSON');
    throw cause;
  }
}

function malformed(why: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `a word about erasures: ${why}`);
}
