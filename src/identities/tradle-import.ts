/**
 * A Tradle identity, taken over as it is: a versioned object, each version signed by an update key of the one
 * before. Of its keys those are mapped that can sign here; the others stay in the object alone.
 */
import { fromHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import {
  arrayOf,
  COUNT,
  DIGEST,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../base/json-members.js';
import type { DidKey } from './did-key.js';
import { IdentityError, malformed } from './identity-error.js';
import {
  type IdentityId,
  type IdentityKey,
  KEY_PURPOSES,
  type KeyPurpose,
} from './identity-event.js';
import { type IdentityState, keysInUse, type Moment } from './identity-state.js';
import { emptyState, ending, spans } from './key-spans.js';
import { tradleKey, verifyTradleObject } from './tradle-object.js';

/** @throws IdentityError IDENTITY_MALFORMED, IDENTITY_SIGNATURE_INVALID, IDENTITY_KEY_WRONG, IDENTITY_NOT_NEXT. */
export function importTradle(
  state: IdentityState | null,
  object: JsonObject,
  moment: Moment,
): IdentityState {
  const { body, link, signer } = verifyTradleObject(object);
  const version = readVersion(body);
  const { keys, number, time } = version;
  const tradle = { link, version: number, time };
  if (state === null) {
    if (version.permalink !== null || number !== 0)
      throw malformed('a history of a Tradle identity begins with its first version', '/object');
    checkSigner(keys, signer);
    const base = emptyState(tradleId(link), moment);
    return { ...base, keys: spans(base, keys, moment), tradle };
  }
  checkNext(state, version);
  checkSigner(keysInUse(state), signer);
  const kept = new Set(keys.map(({ key }) => key));
  const gone = keysInUse(state).filter(({ key }) => !kept.has(key));
  const ended = ending(
    state,
    gone.map(({ key }) => key),
    { moment, reason: 'superseded' },
  );
  const before = new Set(keysInUse(state).map(({ key }) => key));
  const added = keys.filter(({ key }) => !before.has(key));
  return { ...state, keys: [...ended, ...spans(state, added, moment)], tradle };
}

/** @param permalink link of the first version. */
function tradleId(permalink: HexDigest): IdentityId {
  return `tradle:${permalink}` as IdentityId;
}

/** The id that an object belongs to, whatever stands behind it. @throws as `verifyTradleObject`. */
export function tradleIdOf(object: JsonObject): IdentityId {
  const { body, link } = verifyTradleObject(object);
  return tradleId(readVersion(body).permalink ?? link);
}

interface TradleVersion {
  readonly keys: readonly IdentityKey[];
  readonly permalink: HexDigest | null;
  readonly previous: HexDigest | null;
  readonly number: number;
  /** Unix milliseconds, by its author's clock. */
  readonly time: number | null;
}

const HEX = textLike(/^(?:[0-9a-f]{2}){1,128}$/, 'hex');
const WORD = textLike(/^[\x20-\x7e]{1,64}$/, 'a word');
const MAX_PUBLIC_KEYS = 64;

function readVersion(body: JsonObject): TradleVersion {
  // Other members (profile, organisation) are covered by the signature, and mean nothing here.
  const members = new JsonMembers(body, malformed, 'object');
  members.required('_t', oneOf('tradle.Identity'));
  const permalink = members.optional('_r', DIGEST) ?? null;
  const previous = members.optional('_p', DIGEST) ?? null;
  const number = members.optional('_v', COUNT) ?? 0;
  const time = members.optional('_time', COUNT) ?? null;
  const keys = members.required('pubkeys', arrayOf(JSON_OBJECT, MAX_PUBLIC_KEYS)).flatMap(readKey);
  return { keys: byKey(keys), permalink, previous, number, time };
}

/** None of one that signs nothing here: of payments, of TLS, of a curve for key agreement. */
function readKey(value: JsonObject): IdentityKey[] {
  const members = new JsonMembers(value, malformed, 'object/pubkeys');
  const purpose = members.required('purpose', WORD);
  const isOurs = members.required('type', WORD) === 'ec';
  const curve = members.optional('curve', WORD);
  const known = KEY_PURPOSES.find((each): each is KeyPurpose => each === purpose);
  if (!isOurs || known === undefined || (curve !== 'p256' && curve !== 'secp256k1')) return [];
  return [{ key: tradleKey(curve, fromHex(members.required('pub', HEX))), purposes: [known] }];
}

/** One that is there for two purposes is one key. */
function byKey(keys: readonly IdentityKey[]): IdentityKey[] {
  const purposes = new Map<DidKey, KeyPurpose[]>();
  for (const one of keys)
    purposes.set(one.key, [...(purposes.get(one.key) ?? []), ...one.purposes]);
  return [...purposes].map(([key, all]) => ({ key, purposes: [...new Set(all)] }));
}

function checkSigner(keys: readonly IdentityKey[], signer: DidKey): void {
  const isUpdate = keys.some(({ key, purposes }) => key === signer && purposes.includes('update'));
  if (!isUpdate)
    throw new IdentityError(
      'IDENTITY_KEY_WRONG',
      'the Tradle identity is signed by a key that is not its update key',
    );
}

function checkNext({ id, tradle }: IdentityState, next: TradleVersion): void {
  if (tradle === null || next.permalink === null || tradleId(next.permalink) !== id)
    throw new IdentityError('IDENTITY_NOT_NEXT', 'it is a version of another Tradle identity');
  const isNext = next.previous === tradle.link && next.number === tradle.version + 1;
  const isLater = tradle.time === null || (next.time !== null && next.time > tradle.time);
  if (!isNext || !isLater)
    throw new IdentityError(
      'IDENTITY_NOT_NEXT',
      'it is not the version after the one that is here: import those between first',
    );
}
