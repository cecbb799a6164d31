/**
 * The certificate signatures under an entry, numbered from 0 in the order they came: those over it and those
 * over these. Of each the newest version is shown and judged; it keeps its number whatever is added to it.
 */
import type { DisclosedEntry } from '../access/disclosure.js';
import { toHex } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { damaged, LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { validateCades } from '../signing/cades-validator.js';
import { PublicKeyCache } from '../signing/public-key-cache.js';
import type { SignatureReport } from '../signing/signature-report.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { isUnderBatch } from './batches.js';
import { disclosedEntry } from './disclosed-entries.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { openUnerased, type OpenedSignature, unlessErased } from './opened-entry.js';
import { type Finality, finalityOf } from './receipt.js';
import {
  firstOf,
  newestOf,
  type SignatureChain,
  signatureStatement,
  signaturesUnder,
} from './signature-chains.js';
import type { LedgerLogs } from './tenant-ledgers.js';
import { type WaitingOf, type WaitingView, waitingView } from './waiting-signature.js';

export interface SignatureView {
  readonly number: number;
  /** Of the entry that holds its newest version: its leaf hash. */
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  /** Who attached it, which need not be who signed. */
  readonly author: string;
  readonly finality: Finality;
  /** Leaf hash of what it is over: the entry asked about, or another of these signatures. */
  readonly of: string;
  /** 1 for a signature over the entry itself, 2 for one over such a signature. */
  readonly depth: number;
  /** Oldest first, the newest included. */
  readonly versions: readonly SignatureVersionView[];
  /** What holds up its next level; absent if nothing does. */
  readonly waiting?: WaitingView;
  /** As of when it was first recorded: it existed by then, and a certificate that expired later does not matter. */
  readonly report: SignatureReport;
}

export interface SignatureVersionView {
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
}

export interface ListSignaturesDeps {
  readonly trustAnchors: readonly TrustAnchor[];
  /** Null where nobody raises signatures. */
  readonly waitingOf: WaitingOf | null;
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
  /** Empty under a batch, which is about nobody. */
  readonly shown: readonly DisclosedEntry[];
}

/** CMS of one page: to validate it may cost a second for each signature, if somebody made it to. */
const MAX_VALIDATED_BYTES = 1_048_576;

/**
 * At most `limit` of them, at least one, and no more once 1 MiB of CMS has been validated.
 *
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN.
 */
export async function listSignatures(
  deps: ListSignaturesDeps,
  ledger: LedgerLogs,
  id: string,
  { limit, from = 0 }: { readonly limit: number; readonly from?: number },
): Promise<SignaturePage> {
  const { reader, index } = await findEntry(ledger.ledger, id);
  const chains = await signaturesUnder(reader, await reader.entry(index));
  const items: SignatureView[] = [];
  const shown: DisclosedEntry[] = [];
  // What is over a batch says nothing of anybody.
  const isAboutNobody = await isUnderBatch(reader, index);
  const keys = new PublicKeyCache();
  let validated = 0;
  const end = Math.min(from + limit, chains.length);
  let number = from;
  for (; number < end && validated < MAX_VALIDATED_BYTES; number++) {
    const chain = chains[number];
    if (chain === undefined) break;
    const opening = openSignature(ledger.vault, { reader, index: newestOf(chain).index });
    // One that has been erased keeps its number, and there is nothing to show of it.
    const opened = await unlessErased(opening, null);
    if (opened === null) continue;
    items.push(await viewOf(deps, keys, ledger, { reader, chain, opened, number }));
    if (!isAboutNobody) shown.push(await disclosed(reader, chain, opened));
    validated += opened.payload.bytes.length;
  }
  return { items, next: number < chains.length ? number : null, shown };
}

/**
 * DER of one of them.
 *
 * @param version from 0; without one the newest.
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN; QueryError ENTRY_ERASED.
 */
export async function signatureBytes(
  { ledger, vault }: LedgerLogs,
  id: string,
  number: number,
  version?: number,
): Promise<SignatureFile> {
  const { reader, index } = await findEntry(ledger, id);
  const chain = (await signaturesUnder(reader, await reader.entry(index)))[number];
  const wanted = chain?.versions.at(version ?? -1);
  if (chain === undefined || wanted === undefined)
    throw new LedgerError('LEDGER_ENTRY_UNKNOWN', 'the entry has no signature of that number');
  const opened = await openSignature(vault, { reader, index: wanted.index });
  const isAboutNobody = await isUnderBatch(reader, index);
  const shown = isAboutNobody ? [] : [await disclosed(reader, chain, opened)];
  return { bytes: opened.payload.bytes, shown };
}

interface ChainToShow {
  readonly reader: LogReader;
  readonly chain: SignatureChain;
  /** Its newest version. */
  readonly opened: OpenedSignature;
  readonly number: number;
}

async function viewOf(
  { trustAnchors: anchors, waitingOf }: ListSignaturesDeps,
  keys: PublicKeyCache,
  { vault, marksOf }: LedgerLogs,
  { reader, chain, opened, number }: ChainToShow,
): Promise<SignatureView> {
  const { entry, statement, payload } = opened;
  const { index } = entry;
  const { statement: content } = await reader.entry(chain.of.index);
  const first = await signatureStatement(reader, firstOf(chain).index);
  const attached =
    chain.versions.length === 1
      ? opened
      : await openSignature(vault, { reader, index: firstOf(chain).index });
  const waiting = waitingOf?.(reader.handle, index, payload.bytes) ?? null;
  return {
    number,
    id: toHex(entry.leafHash),
    index,
    recordedAt: formatInstant(statement.recordedAt),
    author: attached.said.author,
    finality: finalityOf(index, marksOf(reader.origin)),
    of: toHex(chain.of.leafHash),
    depth: chain.depth,
    versions: await Promise.all(
      chain.versions.map(async (version) => ({
        id: toHex(version.leafHash),
        index: version.index,
        recordedAt: formatInstant((await signatureStatement(reader, version.index)).recordedAt),
      })),
    ),
    ...(waiting !== null && { waiting: waitingView(waiting) }),
    report: validateCades({
      cms: payload.bytes,
      content,
      anchors,
      keys,
      // The ledger has had the signature since its first version, what was added to it since its newest.
      at: first.recordedAt,
      by: 'ledger',
      wholeAt: statement.recordedAt,
      validationTime: statement.recordedAt,
    }),
  };
}

/** What was added to it later says nothing of anybody: it counts to the time when it was attached. */
async function disclosed(
  reader: LogReader,
  chain: SignatureChain,
  opened: OpenedSignature,
): Promise<DisclosedEntry> {
  const { recordedAt } = await signatureStatement(reader, firstOf(chain).index);
  return { ...disclosedEntry(opened), recordedAt };
}

async function openSignature(
  vault: Vault,
  { reader, index }: FoundEntry,
): Promise<OpenedSignature> {
  const opened = await openUnerased(vault, await reader.entry(index));
  if (opened.kind !== 'signature')
    throw damaged(`entry ${index} is attached to another and no signature`);
  return opened;
}
