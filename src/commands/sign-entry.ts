/** Attaches a signature to an entry of a ledger: one that the caller brings, or the operator's seal. */
import type { SealSigner } from '../keys/seal-signer.js';
import { findEntry } from '../queries/find-entry.js';
import type { LedgerLogs } from '../queries/tenant-ledgers.js';
import { cmsToDer } from '../signing/cms-to-der.js';
import { SigningError } from '../signing/signing-error.js';
import {
  attachSignature,
  type AttachedSignature,
  type AttachSignatureDeps,
} from './attach-signature.js';
import { CommandError } from './command-error.js';
import {
  completeSigning,
  prepareSigning,
  type PreparedSigning,
  type SigningTerms,
} from './prepare-signing.js';
import { sealEntry } from './seal-entry.js';

export interface SignEntryDeps extends Omit<AttachSignatureDeps, 'marksOf'> {
  readonly seal: SealSigner | null;
}

export interface EntryToSign {
  readonly id: string;
  /** Who attaches the signature. */
  readonly author: string;
}

/** A detached CMS, as it comes; what completes a prepared signing; or the operator's seal. */
export type SignatureSource = Uint8Array | CompletedSigning | 'seal';

export interface CompletedSigning {
  readonly prepared: string;
  readonly signatureValue: Uint8Array;
}

/** @throws LedgerError LEDGER_ENTRY_UNKNOWN; and as `attachSignature` and `sealEntry`. */
export async function signEntry(
  { seal, ...deps }: SignEntryDeps,
  { ledger, vault, marksOf }: LedgerLogs,
  { id, author }: EntryToSign,
  source: SignatureSource,
): Promise<AttachedSignature> {
  const found = await findEntry(ledger, id);
  const target = { ledger, vault, found, author };
  if (source === 'seal') return sealEntry({ ...deps, marksOf }, seal, target);
  const cms =
    source instanceof Uint8Array
      ? toStrict(source)
      : await completeSigning(target, source.prepared, source.signatureValue);
  return attachSignature({ ...deps, marksOf }, target, cms);
}

/**
 * What others write may be BER (`openssl cms -stream`, Java): the same value is kept in its one strict form.
 * @throws CommandError SIGNATURE_REFUSED.
 */
function toStrict(cms: Uint8Array): Uint8Array {
  try {
    return cmsToDer(cms);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new CommandError('SIGNATURE_REFUSED', `it is no CMS that can be read: ${cause.message}`, {
      cause,
    });
  }
}

/** The first of two steps of signing an entry with a key that is elsewhere. @throws as `prepareSigning`. */
export async function prepareEntry(
  { clock }: Pick<SignEntryDeps, 'clock'>,
  { ledger, vault }: LedgerLogs,
  { id, author }: EntryToSign,
  {
    signingTime = clock.now(),
    ...terms
  }: Partial<SigningTerms> & Omit<SigningTerms, 'signingTime'>,
): Promise<PreparedSigning> {
  const found = await findEntry(ledger, id);
  return prepareSigning({ ledger, vault, found, author }, { ...terms, signingTime });
}
