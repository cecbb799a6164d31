/**
 * Attaches a certificate signature to an entry as an entry of its own: to a record, or to a signature, which is
 * thereby countersigned. What does not match the statement is refused; what matches but comes from a signer
 * nobody here trusts is attached with its verdict (design §3.9).
 */
import { digestToHex } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import type { FoundEntry } from '../queries/find-entry.js';
import { openEntry, type OpenedRecord, type OpenedSignature } from '../queries/opened-entry.js';
import type { AnchoredSize, Receipt } from '../queries/receipt.js';
import { receiptOf } from '../queries/receipt.js';
import {
  MAX_SIGNATURE_DEPTH,
  shownVersions,
  signaturesUnder,
  signedRoot,
} from '../queries/signature-chains.js';
import { validateCades } from '../signing/cades-validator.js';
import type { SignatureReport } from '../signing/signature-report.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { appendSignature } from './append-signature.js';
import { CommandError } from './command-error.js';

export interface AttachSignatureDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly anchoredSize: AnchoredSize;
  /** Whose certificates this node trusts. */
  readonly trustAnchors: readonly TrustAnchor[];
}

export interface SignatureTarget {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly found: FoundEntry;
  /** Who attaches it, which need not be who signed. */
  readonly author: string;
}

export interface AttachedSignature {
  readonly receipt: Receipt;
  readonly report: SignatureReport;
}

/** A statement is under 64 KiB and a chain under ten certificates: more is no signature of ours. */
export const MAX_CMS_BYTES = 128 * 1024;

/**
 * @param cms DER, detached, over the statement's bytes.
 * @throws CommandError SIGNATURE_REFUSED, SIGNATURE_OF_NO_RECORD, SIGNATURE_LIMIT; and as `Ledger.append`.
 */
export async function attachSignature(
  deps: AttachSignatureDeps,
  target: SignatureTarget,
  cms: Uint8Array,
): Promise<AttachedSignature> {
  const { ledger, vault, author } = target;
  const opened = await openSignable(target);
  await assertRoom(target);
  const at = deps.clock.now();
  const content = opened.entry.statement;
  const report = validateCades({ cms, content, anchors: deps.trustAnchors, at });
  if (report.indication === 'TOTAL-FAILED' || !report.intact)
    throw new CommandError(
      'SIGNATURE_REFUSED',
      `the signature is not one over this entry's statement (${report.subIndication ?? 'not intact'})`,
    );
  const { subject, retention } = opened.said;
  const of = digestToHex(opened.entry.leafHash);
  const signature = { of, cms, subject, retention, author };
  const appended = await appendSignature(deps, { ledger, vault }, signature);
  if (appended === null) throw new Error('a first version was taken for a later one');
  return { receipt: receiptOf(appended, deps.anchoredSize), report };
}

/**
 * What may be signed, opened: a record or a signature of the log that is written.
 * @throws CommandError SIGNATURE_OF_NO_RECORD.
 */
export async function openSignable({
  ledger,
  vault,
  found,
}: SignatureTarget): Promise<OpenedRecord | OpenedSignature> {
  if (found.reader !== ledger.reader)
    throw new CommandError(
      'SIGNATURE_OF_NO_RECORD',
      'the entry lies in a log that is closed: sign a record of the log that is written now',
    );
  const opened = await openEntry(vault, await found.reader.entry(found.index));
  if (opened.kind === 'plain')
    throw new CommandError(
      'SIGNATURE_OF_NO_RECORD',
      'only records, and signatures of records, can be signed',
    );
  return opened;
}

/**
 * Signatures over a record and over these are counted together: evidence of the record holds them all.
 * @throws CommandError SIGNATURE_LIMIT.
 */
export async function assertRoom({ found: { reader, index } }: SignatureTarget): Promise<void> {
  const root = await signedRoot(reader, index);
  if (root.depth >= MAX_SIGNATURE_DEPTH)
    throw new CommandError(
      'SIGNATURE_LIMIT',
      `signatures are at most ${MAX_SIGNATURE_DEPTH} deep: sign the record, or what is signed last`,
    );
  const shown = (await signaturesUnder(reader, root)).flatMap(shownVersions);
  const needed = root.depth === 0 || shown.some((one) => one.index === index) ? 1 : 2;
  if (shown.length + needed > MAX_SIGNATURES)
    throw new CommandError(
      'SIGNATURE_LIMIT',
      `an entry has at most ${MAX_SIGNATURES} signatures: sign a new version of the record`,
    );
}
