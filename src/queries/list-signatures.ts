/** The certificate signatures attached to an entry, numbered from 0 in the order they came. */
import type { DisclosedEntry } from '../access/disclosure.js';
import { toHex } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import type { Vault } from '../keys/vault.js';
import { damaged, LedgerError } from '../ledger/ledger-error.js';
import { validateCades } from '../signing/cades-validator.js';
import type { SignatureReport } from '../signing/signature-report.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { disclosedEntry } from './disclosed-entries.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { openEntry, type OpenedSignature } from './opened-entry.js';
import { type Finality, finalityOf } from './receipt.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface SignatureView {
  readonly number: number;
  /** Of the entry that holds the signature: its leaf hash. */
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  /** Who attached it, which need not be who signed. */
  readonly author: string;
  readonly finality: Finality;
  /** As of the recorded time: by then it existed, and a certificate that expired later does not matter. */
  readonly report: SignatureReport;
}

export interface SignaturePage {
  readonly items: readonly SignatureView[];
  /** Number at which the next page begins, or null after the last. */
  readonly next: number | null;
  /** The same, as they are put on record. */
  readonly shown: readonly DisclosedEntry[];
}

export interface SignatureFile {
  /** CMS, DER. */
  readonly bytes: Uint8Array;
  readonly shown: DisclosedEntry;
}

/** @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function listSignatures(
  trustAnchors: readonly TrustAnchor[],
  { ledger, vault, anchoredSize }: LedgerLogs,
  id: string,
  { limit, from = 0 }: { readonly limit: number; readonly from?: number },
): Promise<SignaturePage> {
  const found = await findEntry(ledger, id);
  const { reader } = found;
  const { statement: content, leafHash } = await reader.entry(found.index);
  const attached = await reader.attachedTo(leafHash, MAX_SIGNATURES);
  const items: SignatureView[] = [];
  const shown: DisclosedEntry[] = [];
  for (const [at, index] of attached.slice(from, from + limit).entries()) {
    const opened = await openSignature(vault, { reader, index });
    const { entry, statement, said, payload } = opened;
    const { recordedAt } = statement;
    shown.push(disclosedEntry(opened));
    items.push({
      number: from + at,
      id: toHex(entry.leafHash),
      index,
      recordedAt: formatInstant(recordedAt),
      author: said.author,
      finality: finalityOf(index, anchoredSize(reader.origin)),
      report: validateCades({
        cms: payload.bytes,
        content,
        anchors: trustAnchors,
        at: recordedAt,
        by: 'ledger',
      }),
    });
  }
  const end = from + items.length;
  return { items, next: end < attached.length ? end : null, shown };
}

/** DER of one of them. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function signatureBytes(
  { ledger, vault }: LedgerLogs,
  id: string,
  number: number,
): Promise<SignatureFile> {
  const { reader, index } = await findEntry(ledger, id);
  const { leafHash } = await reader.entry(index);
  const at = (await reader.attachedTo(leafHash, MAX_SIGNATURES))[number];
  if (at === undefined)
    throw new LedgerError('LEDGER_ENTRY_UNKNOWN', 'the entry has no signature of that number');
  const opened = await openSignature(vault, { reader, index: at });
  return { bytes: opened.payload.bytes, shown: disclosedEntry(opened) };
}

async function openSignature(
  vault: Vault,
  { reader, index }: FoundEntry,
): Promise<OpenedSignature> {
  const opened = await openEntry(vault, await reader.entry(index));
  if (opened.kind !== 'signature')
    throw damaged(`entry ${index} is attached to another and no signature`);
  return opened;
}
