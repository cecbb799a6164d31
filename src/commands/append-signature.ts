/** A signature as an entry of the log that is written: its secrets, its sealing and its place. */
import type { HexDigest } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import { monthOf, type SecretRef, type SecretScope } from '../base/secret-scope.js';
import type { Clock } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { type AppendedEntry, draftOf } from '../ledger/entry-draft.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { prepareSignature } from '../records/prepare-signature.js';
import { scopesOfSignature } from '../records/record-scopes.js';

export interface SignatureToAppend {
  /** Leaf hash of what is signed. */
  readonly of: HexDigest;
  /** Leaf hash of the version before. */
  readonly prev?: HexDigest;
  readonly cms: Uint8Array;
  /** Subject and retention class of what is signed. */
  readonly subject: string;
  readonly retention: string;
  /** Who attaches it, which need not be who signed. */
  readonly author: string;
}

export interface AppendSignatureDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
}

export interface SignatureLog {
  readonly ledger: Ledger;
  readonly vault: Vault;
}

/**
 * @returns null if another version follows `prev` by now.
 * @throws LedgerError as `Ledger.append`.
 */
export async function appendSignature(
  deps: AppendSignatureDeps,
  log: SignatureLog,
  signature: SignatureToAppend,
): Promise<AppendedEntry | null> {
  // A month may begin between preparing and appending, and somebody may be forgotten.
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const appended = await tryToAppend(deps, log, signature);
    if (appended !== 'stale') return appended;
  }
  throw new LedgerError(
    'LEDGER_PUSHBACK',
    'a month begins, or somebody is being forgotten: try again in a moment',
  );
}

const MAX_TRIES = 4;

async function tryToAppend(
  { clock, random }: AppendSignatureDeps,
  { ledger, vault }: SignatureLog,
  signature: SignatureToAppend,
): Promise<AppendedEntry | null | 'stale'> {
  const { subject, retention, author } = signature;
  const month = monthOf(clock.now());
  const vaultEdition = vault.edition;
  const scopes = scopesOfSignature(subject, retention, author, month);
  const used: Uint8Array[] = [];
  const secretOf = async (scope: SecretScope): Promise<SecretRef> => {
    const ref = await vault.findOrMint(scope);
    used.push(ref.rowId);
    return ref;
  };
  try {
    const secrets = {
      subjectTags: await secretOf(scopes.subjectTags),
      subjectData: await secretOf(scopes.subjectData),
      authorTags: await secretOf(scopes.authorTags),
    };
    const draft = prepareSignature({ ...signature, secrets, month, random });
    const [outcome] = await ledger.append([draftOf(draft, vaultEdition, null)]);
    if (outcome?.kind === 'superseded') return null;
    return outcome?.kind === 'appended' ? outcome : 'stale';
  } finally {
    // What a commit has carried is kept all the same; the rest must not wait in the vault for ever.
    vault.release(used);
  }
}
