/**
 * Events: what is said of an identity, one after another (docs/formats/identity.md). Each names the one before
 * it by its digest, so that a history has one order and nothing can be left out of its middle.
 */
import type { Brand, UnixMillis } from '../base/brand.js';
import { concat, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { sha256 } from '../base/hash.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../base/json-members.js';
import type { DidKey } from './did-key.js';
import { IdentityError, malformed } from './identity-error.js';
import { publicKeyOf } from './key-signature.js';

/** `identity:` and the digest of its registration, or `tradle:` and the permalink of a Tradle identity. */
export type IdentityId = Brand<string, 'IdentityId'>;
export const IDENTITY_ID = /^(?:identity|tradle):[0-9a-f]{64}$/;

/** `sign`: records and claims. `update`: changes of the identity. `messaging`: messages. */
export const KEY_PURPOSES = ['sign', 'update', 'messaging'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

export const REVOCATION_REASONS = ['unspecified', 'superseded', 'compromised'] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export interface IdentityKey {
  readonly key: DidKey;
  /** What the identity itself calls it; no two in use have one. */
  readonly id?: string;
  readonly purposes: readonly KeyPurpose[];
}

export interface Recovery {
  readonly keys: readonly DidKey[];
  /** How many of them it takes. */
  readonly threshold: number;
}

export type IdentityChange =
  | { action: 'register'; keys: readonly IdentityKey[]; recovery?: Recovery; name?: string }
  | { action: 'add-key'; key: IdentityKey }
  | { action: 'rotate-key'; old: DidKey; key: DidKey; id?: string }
  | { action: 'revoke-key'; key: DidKey; reason: RevocationReason; since?: UnixMillis }
  | { action: 'set-recovery'; recovery: Recovery }
  | { action: 'recover'; keys: readonly IdentityKey[]; recovery?: Recovery; since?: UnixMillis }
  | { action: 'bind-certificate'; certificate: Uint8Array }
  | { action: 'revoke'; reason: RevocationReason; since?: UnixMillis }
  | { action: TenantAct; by: string; reason?: string }
  | { action: 'import-tradle'; object: JsonObject };
export type IdentityAction = IdentityChange['action'];

/** What the tenant says of an identity; nobody signs for it but the ledger. */
export const TENANT_ACTS = ['introduce', 'suspend', 'resume'] as const;
export type TenantAct = (typeof TENANT_ACTS)[number];

export interface IdentityEvent {
  readonly change: Readonly<IdentityChange>;
  /** Null of the first event, whose digest is in the id that it makes. */
  readonly identity: IdentityId | null;
  /** From 0. */
  readonly sequence: number;
  /** Digest of the event before; null of the first. */
  readonly previous: HexDigest | null;
  /** What is signed. */
  readonly signedBytes: Uint8Array;
  readonly digest: HexDigest;
}

export const EVENT_FORMAT = 1;
export const MAX_EVENT_BYTES = 16_384;
/** Verbatim objects of others are larger. */
export const MAX_IMPORT_BYTES = 65_536;
export const MAX_KEYS = 32;

/** @throws IdentityError IDENTITY_MALFORMED, IDENTITY_FORMAT_NEWER. */
export function parseEvent(value: JsonValue): IdentityEvent {
  const members = new JsonMembers(value, malformed);
  const format = members.required('$v', COUNT);
  if (format > EVENT_FORMAT)
    throw new IdentityError(
      'IDENTITY_FORMAT_NEWER',
      `the event has format ${format}; this version reads ${EVENT_FORMAT}`,
    );
  if (format !== EVENT_FORMAT) throw malformed('its format is not 1');
  const change = readChange(members);
  const sequence = members.required('sequence', COUNT);
  const identity = members.optional('identity', IDENTITY) ?? null;
  const previous = members.optional('previous', DIGEST) ?? null;
  members.end();
  const isFirst = sequence === 0;
  if ((identity === null) !== isFirst || (previous === null) !== isFirst)
    throw malformed('identity and previous are in all events but the first');
  if (isFirst !== FIRST.has(change.action) && change.action !== 'import-tradle')
    throw malformed('a history begins with one registration, or with an import');
  const signedBytes = concat(PREFIX, canonicalJsonBytes(value));
  const most = change.action === 'import-tradle' ? MAX_IMPORT_BYTES : MAX_EVENT_BYTES;
  if (signedBytes.length > PREFIX.length + most) throw malformed(`it is larger than ${most} bytes`);
  const digest = digestToHex(sha256(signedBytes));
  return { change, identity, sequence, previous, signedBytes, digest };
}

const PREFIX = utf8('chirograph/identity/1\0');
const FIRST: ReadonlySet<IdentityAction> = new Set(['register', 'import-tradle']);

const KEY: Shape<DidKey> = {
  what: 'a did:key of Ed25519, P-256 or secp256k1',
  read: (value) => (typeof value === 'string' && isKey(value) ? (value as DidKey) : null),
};
const IDENTITY = textLike(IDENTITY_ID, 'the id of an identity') as Shape<IdentityId>;
const KEY_ID = textLike(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, ., _ and -');
const TEXT = textLike(/^[^\p{Cc}\p{Cs}]{1,256}$/u, '1 to 256 characters, none of them a control');
const PURPOSES = arrayOf(oneOf(...KEY_PURPOSES), KEY_PURPOSES.length);
const REASON = oneOf(...REVOCATION_REASONS);
const ACTION = oneOf(
  ...TENANT_ACTS,
  ...(['register', 'add-key', 'rotate-key', 'revoke-key', 'set-recovery', 'recover'] as const),
  ...(['bind-certificate', 'revoke', 'import-tradle'] as const),
);

function isKey(text: string): boolean {
  try {
    publicKeyOf(text);
    return true;
  } catch (cause) {
    if (cause instanceof IdentityError) return false;
    throw cause;
  }
}

function readChange(members: JsonMembers): IdentityChange {
  const action = members.required('action', ACTION);
  switch (action) {
    case 'register': {
      const name = members.optional('name', TEXT);
      return {
        ...{ action, keys: readKeys(members), ...readRecovery(members) },
        ...(name !== undefined && { name }),
      };
    }
    case 'add-key':
      return { action, key: readKey(members.object('key')) };
    case 'rotate-key': {
      const id = members.optional('id', KEY_ID);
      const [old, key] = [members.required('old', KEY), members.required('key', KEY)];
      return { action, old, key, ...(id !== undefined && { id }) };
    }
    case 'revoke-key':
      return { action, key: members.required('key', KEY), ...readReason(members) };
    case 'set-recovery': {
      const { recovery } = readRecovery(members);
      if (recovery === undefined) throw malformed('the member recovery is missing');
      return { action, recovery };
    }
    case 'recover':
      return { action, keys: readKeys(members), ...readRecovery(members), ...readSince(members) };
    case 'bind-certificate':
      return { action, certificate: members.required('certificate', base64Of()) };
    case 'revoke':
      return { action, ...readReason(members) };
    case 'import-tradle':
      return { action, object: members.required('object', JSON_OBJECT) };
    default: {
      const reason = members.optional('reason', TEXT);
      const by = members.required('by', TEXT);
      return { action, by, ...(reason !== undefined && { reason }) };
    }
  }
}

function readKeys(members: JsonMembers): IdentityKey[] {
  const keys = members.objects('keys', MAX_KEYS).map(readKey);
  if (!keys.some(({ purposes }) => purposes.includes('update')))
    throw malformed('none of the keys is for update: nobody could ever change it');
  refuseTwice(keys.map(({ key }) => key));
  refuseTwice(keys.flatMap(({ id }) => id ?? []));
  return keys;
}

function readKey(members: JsonMembers): IdentityKey {
  const id = members.optional('id', KEY_ID);
  const key = members.required('key', KEY);
  const purposes = members.required('purposes', PURPOSES);
  members.end();
  refuseTwice(purposes);
  return { key, purposes, ...(id !== undefined && { id }) };
}

function readRecovery(members: JsonMembers): { recovery?: Recovery } {
  const value = members.optional('recovery', JSON_OBJECT);
  if (value === undefined) return {};
  const inner = new JsonMembers(value, malformed, 'recovery');
  const keys = inner.required('keys', arrayOf(KEY, MAX_KEYS));
  const threshold = inner.required('threshold', COUNT);
  inner.end();
  refuseTwice(keys);
  if (threshold < 1 || threshold > keys.length)
    throw malformed('the recovery threshold is not between 1 and the number of recovery keys');
  return { recovery: { keys, threshold } };
}

function readReason(members: JsonMembers): { reason: RevocationReason; since?: UnixMillis } {
  const reason = members.required('reason', REASON);
  const { since } = readSince(members);
  if (since !== undefined && reason !== 'compromised')
    throw malformed('only what is compromised has a member since');
  return { reason, ...(since !== undefined && { since }) };
}

function readSince(members: JsonMembers): { since?: UnixMillis } {
  const since = members.optional('since', INSTANT);
  return since === undefined ? {} : { since };
}

function refuseTwice(names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw malformed('it names something twice');
}
