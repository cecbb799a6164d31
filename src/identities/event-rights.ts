/**
 * Who must sign which change, in one table: no change is made on the word of a key that has no say in it, and
 * no signature stands under an event that nothing asked for.
 */
import { checkCertificateSignature } from './certificate-binding.js';
import { type DidKey, parseDidKey } from './did-key.js';
import { IdentityError } from './identity-error.js';
import type { IdentityAction, IdentityChange, IdentityEvent } from './identity-event.js';
import { type IdentityState, keysInUse } from './identity-state.js';
import { isSignedByKey } from './key-signature.js';
import type { EventSignature, SignedEvent } from './signed-event.js';

/**
 * `update`: a key in use for it. `recovery`: so many recovery keys as the quorum takes. `tenant`: nobody, the
 * ledger says whose act it was. `object`: what is imported is signed in itself.
 */
type Authority = 'update' | 'recovery' | 'update-or-recovery' | 'tenant' | 'object';

const AUTHORITY: Readonly<Record<IdentityAction, Authority>> = {
  register: 'update',
  'add-key': 'update',
  'rotate-key': 'update',
  'revoke-key': 'update',
  // Of the quorum that there is: a thief of an update key must not choose who recovers.
  'set-recovery': 'recovery',
  recover: 'recovery',
  'bind-certificate': 'update',
  revoke: 'update-or-recovery',
  introduce: 'tenant',
  suspend: 'tenant',
  resume: 'tenant',
  'import-tradle': 'object',
};

/**
 * @param state before the event; null of a first one.
 * @throws IdentityError IDENTITY_KEY_WRONG, IDENTITY_KEY_REVOKED, IDENTITY_SIGNATURE_INVALID,
 * IDENTITY_SIGNATURE_MISSING, IDENTITY_QUORUM_MISSED.
 */
export function checkRights(state: IdentityState | null, { event, signatures }: SignedEvent): void {
  const { change } = event;
  const asked = { possession: new Set(newKeys(change)), ...authorities(state, change) };
  const signed: DidKey[] = [];
  for (const signature of signatures)
    if (signature.keyId.startsWith('x509:')) checkCertificateSignature(change, event, signature);
    else signed.push(checkSignature(state, event, signature, asked));
  for (const key of asked.possession)
    if (!signed.includes(key)) throw missing('each new key signs the event that brings it');
  if (change.action === 'bind-certificate' && signed.length === signatures.length)
    throw missing('the key of a certificate signs the event that binds it');
  const authority = authorityOf(state, change);
  if (authority === 'tenant' || authority === 'object') return;
  const isUpdated = signed.some((key) => asked.update.has(key));
  if (authority !== 'recovery' && isUpdated) return;
  const threshold = state?.recovery?.threshold;
  if (authority !== 'update' && threshold !== undefined) {
    if (signed.filter((key) => asked.recovery.has(key)).length >= threshold) return;
    throw new IdentityError(
      'IDENTITY_QUORUM_MISSED',
      `this takes ${threshold} of the recovery keys: have as many sign it`,
    );
  }
  throw missing('this takes a key of the identity that is in use for update');
}

interface Asked {
  readonly possession: ReadonlySet<DidKey>;
  readonly update: ReadonlySet<DidKey>;
  readonly recovery: ReadonlySet<DidKey>;
}

/** What becomes a key in use by it. */
function newKeys(change: IdentityChange): DidKey[] {
  switch (change.action) {
    case 'register':
    case 'recover':
      return change.keys.map(({ key }) => key);
    case 'add-key':
      return [change.key.key];
    case 'rotate-key':
      return [change.key];
    default:
      return [];
  }
}

function authorityOf(state: IdentityState | null, { action }: IdentityChange): Authority {
  // The first quorum is named by who may change everything else.
  if (action === 'set-recovery' && state?.recovery === null) return 'update';
  return AUTHORITY[action];
}

function authorities(
  state: IdentityState | null,
  change: IdentityChange,
): Pick<Asked, 'update' | 'recovery'> {
  const authority = authorityOf(state, change);
  const update = authority === 'update' || authority === 'update-or-recovery';
  const recovery = authority === 'recovery' || authority === 'update-or-recovery';
  const first = change.action === 'register' ? change.keys : [];
  const inUse = state === null ? first : keysInUse(state);
  const updating = inUse.filter(({ purposes }) => purposes.includes('update'));
  return {
    update: new Set(update ? updating.map(({ key }) => key) : []),
    recovery: new Set(recovery ? (state?.recovery?.keys ?? []) : []),
  };
}

function checkSignature(
  state: IdentityState | null,
  { signedBytes }: IdentityEvent,
  { keyId, alg, value }: EventSignature,
  { possession, update, recovery }: Asked,
): DidKey {
  const key = keyId as DidKey;
  if (!possession.has(key) && !update.has(key) && !recovery.has(key)) {
    const known = state?.keys.find((span) => span.key === key);
    if (known?.to !== undefined)
      throw new IdentityError(
        'IDENTITY_KEY_REVOKED',
        'it is signed by a key that was taken out of use: sign with one that is in use',
      );
    throw new IdentityError(
      'IDENTITY_KEY_WRONG',
      'it is signed by a key that has no say in this change: see who signs what',
    );
  }
  if (parseDidKey(key).alg !== alg || !isSignedByKey(key, signedBytes, value))
    throw new IdentityError(
      'IDENTITY_SIGNATURE_INVALID',
      'a signature is not that of its key over this event: sign the bytes that docs/formats/identity.md names',
    );
  return key;
}

function missing(reason: string): IdentityError {
  return new IdentityError('IDENTITY_SIGNATURE_MISSING', `a signature is missing: ${reason}`);
}
