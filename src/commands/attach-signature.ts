/**
 * Attaches a certificate signature to an entry as an entry of its own. What does not match the
 * statement is refused; what matches but comes from a signer nobody here trusts is attached with its
 * verdict (design §3.9).
 */
import { digestToHex } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import { monthOf, type SecretRef, type SecretScope } from '../base/secret-scope.js';
import type { Clock } from '../base/time.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import type { Vault } from '../keys/vault.js';
import { type AppendedEntry, draftOf } from '../ledger/entry-draft.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { FoundEntry } from '../queries/find-entry.js';
import { openEntry, type OpenedRecord } from '../queries/opened-entry.js';
import type { AnchoredSize, Receipt } from '../queries/receipt.js';
import { receiptOf } from '../queries/receipt.js';
import { prepareSignature } from '../records/prepare-signature.js';
import { scopesOfSignature } from '../records/record-scopes.js';
import { validateCades } from '../signing/cades-validator.js';
import type { SignatureReport } from '../signing/signature-report.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
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
  const { ledger, found } = target;
  if (found.reader !== ledger.reader)
    throw new CommandError(
      'SIGNATURE_OF_NO_RECORD',
      'the entry lies in a log that is closed: sign a record of the log that is written now',
    );
  const opened = await openRecord(target);
  const others = await found.reader.attachedTo(opened.entry.leafHash, MAX_SIGNATURES);
  if (others.length >= MAX_SIGNATURES)
    throw new CommandError(
      'SIGNATURE_LIMIT',
      `an entry has at most ${MAX_SIGNATURES} signatures: sign a new version of the record`,
    );
  const at = deps.clock.now();
  const content = opened.entry.statement;
  const report = validateCades({ cms, content, anchors: deps.trustAnchors, at });
  if (report.indication === 'TOTAL-FAILED' || !report.intact)
    throw new CommandError(
      'SIGNATURE_REFUSED',
      `the signature is not one over this entry's statement (${report.subIndication ?? 'not intact'})`,
    );
  const appended = await append(deps, target, opened, cms);
  return { receipt: receiptOf(appended, deps.anchoredSize), report };
}

async function openRecord({ vault, found }: SignatureTarget): Promise<OpenedRecord> {
  const opened = await openEntry(vault, await found.reader.entry(found.index));
  if (opened.kind !== 'record')
    throw new CommandError('SIGNATURE_OF_NO_RECORD', 'only records can be signed');
  return opened;
}

async function append(
  deps: AttachSignatureDeps,
  target: SignatureTarget,
  opened: OpenedRecord,
  cms: Uint8Array,
): Promise<AppendedEntry> {
  // Twice at most: a month may begin between preparing and appending, but not two.
  const appended =
    (await tryToAppend(deps, target, opened, cms)) ??
    (await tryToAppend(deps, target, opened, cms));
  if (appended !== null) return appended;
  throw new LedgerError('LEDGER_PUSHBACK', 'the clock is between two months: try again');
}

/** @returns null if a month began in between. */
async function tryToAppend(
  { clock, random }: AttachSignatureDeps,
  { ledger, vault, author }: SignatureTarget,
  { entry, said }: OpenedRecord,
  cms: Uint8Array,
): Promise<AppendedEntry | null> {
  const { subject, retention } = said;
  const month = monthOf(clock.now());
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
    const of = digestToHex(entry.leafHash);
    const draft = prepareSignature({ of, cms, subject, retention, author, secrets, month, random });
    const [outcome] = await ledger.append([draftOf(draft, null)]);
    return outcome?.kind === 'appended' ? outcome : null;
  } finally {
    // What a commit has carried is kept all the same; the rest must not wait in the vault for ever.
    vault.release(used);
  }
}
