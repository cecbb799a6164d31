/**
 * Attaches a certificate signature to an entry as an entry of its own: to a record, to a batch, or to a signature,
 * which is thereby countersigned. What does not match the statement is refused; what matches but comes from a signer
 * nobody here trusts is attached with its verdict (design §3.9).
 */
import { digestToHex } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import type { FoundEntry } from '../queries/find-entry.js';
import type { MarksOf, Receipt } from '../queries/receipt.js';
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
import { openSignable } from './internal/signable.js';
import { assertFits, signatureLimit } from './internal/signature-room.js';

export interface AttachSignatureDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly marksOf: MarksOf;
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

export { MAX_CMS_BYTES } from './internal/signature-room.js';

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
  const { entry, subject, retention } = await openSignable(target);
  await assertRoom(target, cms.length);
  const at = deps.clock.now();
  const content = entry.statement;
  const report = validateCades({ cms, content, anchors: deps.trustAnchors, at });
  if (report.indication === 'TOTAL-FAILED' || !report.intact)
    throw new CommandError(
      'SIGNATURE_REFUSED',
      `the signature is not one over this entry's statement (${report.subIndication ?? 'not intact'})`,
    );
  const of = digestToHex(entry.leafHash);
  const signature = { of, cms, subject, retention, author };
  const appended = await appendSignature(deps, { ledger, vault }, signature);
  if (appended === null) throw new Error('a first version was taken for a later one');
  return { receipt: receiptOf(appended, deps.marksOf), report };
}

/**
 * Signatures over an entry and over these are counted together: evidence of the entry holds them all.
 *
 * @param size bytes of the CMS; 0 before there is one.
 * @throws CommandError SIGNATURE_LIMIT.
 */
export async function assertRoom(
  { found: { reader, index } }: SignatureTarget,
  size: number,
): Promise<void> {
  const root = await signedRoot(reader, index);
  if (root.depth >= MAX_SIGNATURE_DEPTH)
    throw signatureLimit(
      `signatures are at most ${MAX_SIGNATURE_DEPTH} deep: sign the record, or what is signed last`,
    );
  const shown = (await signaturesUnder(reader, root)).flatMap(shownVersions);
  const needed = root.depth === 0 || shown.some((one) => one.index === index) ? 1 : 2;
  assertFits(shown.length + needed, size);
}
