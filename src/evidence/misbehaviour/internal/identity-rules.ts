/** Whose key it is: the file can say anything, and only what the verifier has pinned makes it more than that. */
import { ChirographError } from '../../../base/errors.js';
import { formatLogSeal } from '../../../signing/log-seal.js';
import { ed25519Verifier } from '../../../tlog/ed25519.js';
import { formatVerifierKey, type VerifierKey } from '../../../tlog/note-key.js';
import type { Trust } from '../../trust.js';
import type { RecoveryWord } from '../misbehaviour-file.js';
import type { Rules } from './flaws.js';

export interface IdentitySubject {
  readonly key: VerifierKey;
  readonly recovery: RecoveryWord | null;
  readonly trust: Trust;
}

export const IDENTITY_RULES: Rules<IdentitySubject> = {
  'the recovery key speaks for such logs': ({ key, recovery }) =>
    recovery === null || speaksFor(recovery.key, key.name) ? null : 'log-identity.recovery-name',

  'it has signed the log’s key': ({ key, recovery }) =>
    recovery === null || isSigned(key, recovery) ? null : 'log-identity.recovery-signature',

  'no pinned recovery key of that name is another': ({ key, recovery, trust }) => {
    const pinned = pinnedAbove(key, trust);
    if (recovery === null || pinned.length === 0) return null;
    return pinned.some((one) => isSame(one, recovery.key)) ? null : 'log-identity.contradicted';
  },
};

/** Whether what the verifier trusts names this key. */
export function isKnown({ key, recovery, trust }: IdentitySubject): boolean {
  if (trust.logs.some((one) => isSame(one, key))) return true;
  return recovery !== null && pinnedAbove(key, trust).some((one) => isSame(one, recovery.key));
}

function pinnedAbove(key: VerifierKey, { recoveryKeys }: Trust): readonly VerifierKey[] {
  return recoveryKeys.filter((one) => speaksFor(one, key.name));
}

function speaksFor(recoveryKey: VerifierKey, origin: string): boolean {
  return origin.startsWith(`${recoveryKey.name}/`);
}

function isSigned(verifierKey: VerifierKey, recovery: RecoveryWord): boolean {
  try {
    const document = formatLogSeal({ origin: verifierKey.name, verifierKey });
    return ed25519Verifier(recovery.key.publicKey)(document, recovery.signature);
  } catch (cause) {
    // A name that no log seal can have.
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}

function isSame(one: VerifierKey, other: VerifierKey): boolean {
  return formatVerifierKey(one) === formatVerifierKey(other);
}
