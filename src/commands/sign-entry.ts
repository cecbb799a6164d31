/** Attaches a signature to an entry of a ledger: one that the caller brings, or the operator's seal. */
import type { SealSigner } from '../keys/seal-signer.js';
import { findEntry } from '../queries/find-entry.js';
import type { LedgerLogs } from '../queries/tenant-ledgers.js';
import {
  attachSignature,
  type AttachedSignature,
  type AttachSignatureDeps,
} from './attach-signature.js';
import { sealEntry } from './seal-entry.js';

export interface SignEntryDeps extends Omit<AttachSignatureDeps, 'anchoredSize'> {
  readonly seal: SealSigner | null;
}

export interface EntryToSign {
  readonly id: string;
  /** Who attaches the signature. */
  readonly author: string;
}

/** DER of a detached CMS, or `seal`. */
export type SignatureSource = Uint8Array | 'seal';

/** @throws LedgerError LEDGER_ENTRY_UNKNOWN; and as `attachSignature` and `sealEntry`. */
export async function signEntry(
  { seal, ...deps }: SignEntryDeps,
  { ledger, vault, anchoredSize }: LedgerLogs,
  { id, author }: EntryToSign,
  source: SignatureSource,
): Promise<AttachedSignature> {
  const found = await findEntry(ledger, id);
  const target = { ledger, vault, found, author };
  return source === 'seal'
    ? sealEntry({ ...deps, anchoredSize }, seal, target)
    : attachSignature({ ...deps, anchoredSize }, target, source);
}
