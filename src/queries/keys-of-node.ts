/**
 * Which keys a node signs, seals and opens with, and what has become of them: public halves and digests alone. For
 * people who compare them with what they were told, and who keep shares and escrow files.
 */
import type { AnchorSigner } from '../anchoring/anchor-signer.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { sha256 } from '../base/hash.js';
import { formatInstant } from '../base/time.js';
import { escrowKeyId } from '../keys/escrow-file.js';
import type { KeyStore } from '../keys/key-store.js';
import { KeysError } from '../keys/keys-error.js';
import type { SealSigner } from '../keys/seal-signer.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { LogReader } from '../ledger/log-reader.js';

/** Of a tenant; the node's own keys are those of the tenant `_node`, and the shared ones. */
export const TENANT_KEY_KINDS = ['log', 'vault', 'recovery'] as const;
export type TenantKeyKind = (typeof TENANT_KEY_KINDS)[number];
export const SHARED_KEY_KINDS = ['seal', 'anchor'] as const;
export type SharedKeyKind = (typeof SHARED_KEY_KINDS)[number];

/**
 * - `active` is used now.
 * - `ended`: another took its place, or its time is over.
 * - `closed`: of a log that another goes on for. It signs what the log was, and no entry more.
 * - `lost` with a key store: only its public half is left.
 * - `waiting`: made, and not used yet.
 * - `unusable` as things are: what holds it does not sign.
 */
export const KEY_STATES = ['active', 'ended', 'closed', 'lost', 'waiting', 'unusable'] as const;

/** From and until when: sizes of a log's tree, generations of a vault, or instants. */
export interface KeySpan {
  readonly size?: number;
  readonly generation?: number;
  readonly at?: string;
}

export interface ListedKey {
  /** Its place in the list; the same as long as the key is there. */
  readonly id: string;
  readonly said: {
    readonly kind: TenantKeyKind | SharedKeyKind;
    readonly state: (typeof KEY_STATES)[number];
    /** Made for development: nothing that it vouches for is worth anything to others. */
    readonly development: boolean;
    readonly ledger?: string;
    readonly origin?: string;
    /** C2SP. */
    readonly verifierKey?: string;
    /** SHA-256 of the public key, or of the certificate's DER; hex. */
    readonly fingerprint?: string;
    /** Of a vault key, as escrow files have it (docs/formats/escrow.md). */
    readonly keyId?: string;
    /** Of an anchor key: compressed, hex; and where it is. */
    readonly publicKey?: string;
    readonly heldBy?: string;
    readonly since?: KeySpan;
    readonly until?: KeySpan;
  };
}

export interface TenantKeyParts {
  readonly store: Pick<LedgerStore, 'tenantNamed' | 'ledgersOf' | 'vaultOf'>;
  readonly keyStore: Pick<KeyStore, 'recoveryKey' | 'tenantRoot' | 'vaultGenerations' | 'vaultKey'>;
}

export interface SharedKeyParts {
  readonly seal: SealSigner | null;
  readonly anchor: {
    readonly signer: Pick<AnchorSigner, 'kind' | 'publicKey' | 'failure'>;
    readonly isDevelopment: boolean;
  };
}

/**
 * @param isShown whether whoever asks may know of this ledger.
 * @throws LedgerError LEDGER_UNKNOWN of a tenant that is not there; KeysError KEYS_MISSING, KEYS_FILE_DAMAGED.
 */
export function keysOfTenant(
  parts: TenantKeyParts,
  tenant: string,
  kind: TenantKeyKind,
  isShown: (ledger: string) => boolean,
): Promise<readonly ListedKey[]> {
  const found = parts.store.tenantNamed(tenant);
  if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'the tenant has no ledgers yet');
  switch (kind) {
    case 'log':
      return Promise.resolve(logKeys(parts, found.handle, isShown));
    case 'vault':
      return vaultKeys(parts, found.handle);
    case 'recovery':
      return recoveryKeys(parts, found);
  }
}

/** @param now by which the seal's certificate is judged. */
export function sharedKeys(
  { seal, anchor }: SharedKeyParts,
  kind: SharedKeyKind,
  now: UnixMillis,
): readonly ListedKey[] {
  return kind === 'seal' ? sealKeys(seal, now) : [anchorKey(anchor)];
}

export function listedKeyToJson({ said: { since, until, ...rest } }: ListedKey): JsonObject {
  return definedMembers({
    ...rest,
    since: since && definedMembers({ ...since }),
    until: until && definedMembers({ ...until }),
  });
}

function logKeys(
  { store }: TenantKeyParts,
  handle: string,
  isShown: (ledger: string) => boolean,
): readonly ListedKey[] {
  return store
    .ledgersOf(handle)
    .filter(({ identity: { name } }) => isShown(name))
    .toSorted((a, b) => (a.identity.name < b.identity.name ? -1 : 1))
    .flatMap(({ identity: { name }, logs }) =>
      logs.flatMap((log, nth) => keysOfLog(log, `${name}/${nth}`, name, nth === logs.length - 1)),
    );
}

/** Oldest first: those that were handed over, then the one that speaks for the head. */
function keysOfLog(
  log: LogReader,
  place: string,
  ledger: string,
  isWritten: boolean,
): readonly ListedKey[] {
  const { origin, handovers, verifierKey, isLost } = log;
  const about = { kind: 'log', development: false, ledger, origin } as const;
  const ended = handovers.map(({ old, size }, nth) => ({
    id: `${place}/${nth}`,
    said: {
      ...{ ...about, verifierKey: old, state: 'ended' as const },
      ...{ since: { size: handovers[nth - 1]?.size ?? 0 }, until: { size } },
    },
  }));
  const state = isLost ? 'lost' : isWritten ? 'active' : 'closed';
  const since = { size: handovers.at(-1)?.size ?? 0 };
  return [
    ...ended,
    { id: `${place}/${ended.length}`, said: { ...about, verifierKey, state, since } },
  ];
}

/** Those that there are: of destroyed ones nothing is left. */
async function vaultKeys(
  { store, keyStore }: TenantKeyParts,
  handle: string,
): Promise<readonly ListedKey[]> {
  const listed: ListedKey[] = [];
  for (const generation of await keyStore.vaultGenerations(handle)) {
    const keyId = await vaultKeyId(keyStore, handle, generation);
    if (keyId === null) continue;
    const { generation: now } = store.vaultOf(handle);
    // While a vault is rotated there are two: the next one, or the one that is about to be destroyed.
    const state = generation === now ? 'active' : generation > now ? 'waiting' : 'ended';
    const said = {
      kind: 'vault',
      state,
      development: false,
      keyId,
      since: { generation },
    } as const;
    listed.push({ id: String(generation), said });
  }
  return listed;
}

/** Null of one that was destroyed meanwhile. */
async function vaultKeyId(
  keyStore: TenantKeyParts['keyStore'],
  handle: string,
  generation: number,
): Promise<string | null> {
  try {
    const vaultKey = await keyStore.vaultKey(handle, generation);
    const root = await keyStore.tenantRoot(handle);
    const keyId = escrowKeyId({ root, vaultKey });
    for (const secret of [vaultKey, root]) secret.fill(0);
    return keyId;
  } catch (cause) {
    const isGone =
      cause instanceof KeysError &&
      cause.code === 'KEYS_MISSING' &&
      !(await keyStore.vaultGenerations(handle)).includes(generation);
    if (isGone) return null;
    throw cause;
  }
}

async function recoveryKeys(
  { keyStore }: TenantKeyParts,
  { handle, recoveryKey: verifierKey }: { readonly handle: string; readonly recoveryKey: string },
): Promise<readonly ListedKey[]> {
  const { publicKey, development } = await keyStore.recoveryKey(handle);
  const fingerprint = toHex(sha256(publicKey));
  const said = { kind: 'recovery', state: 'active', verifierKey, fingerprint } as const;
  return [{ id: 'recovery', said: { ...said, development: development !== null } }];
}

/** None of a node without a seal. */
function sealKeys(seal: SealSigner | null, now: UnixMillis): readonly ListedKey[] {
  if (seal === null) return [];
  const { certificate, development } = seal;
  const { der, notBefore, notAfter } = certificate;
  const fingerprint = toHex(sha256(der));
  const said = {
    ...({ kind: 'seal', development, fingerprint } as const),
    state: now < notBefore ? 'waiting' : now > notAfter ? 'ended' : 'active',
    since: { at: formatInstant(notBefore) },
    until: { at: formatInstant(notAfter) },
  } as const;
  return [{ id: 'seal', said }];
}

function anchorKey({ signer, isDevelopment }: SharedKeyParts['anchor']): ListedKey {
  const { kind: heldBy, publicKey, failure } = signer;
  const said = {
    ...({ kind: 'anchor', development: isDevelopment, heldBy } as const),
    ...{ publicKey: toHex(publicKey), fingerprint: toHex(sha256(publicKey)) },
    state: failure === null ? 'active' : 'unusable',
  } as const;
  return { id: 'anchor', said };
}
