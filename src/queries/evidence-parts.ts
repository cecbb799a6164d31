/** What files of evidence are put together from: proved and opened entries, and anchors. */
import type { Anchored, HeadAnchor } from '../anchoring/anchored-heads.js';
import type { Stamped } from '../anchoring/epoch-stamps.js';
import type { HeadInEpoch } from '../anchoring/head-in-epoch.js';
import type { HeadWitness, Witnessed } from '../anchoring/witnessed-heads.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { fromHex } from '../base/bytes.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type {
  EvidenceAnchor,
  EvidenceEntry,
  EvidenceFile,
  EvidenceHead,
  EvidenceWitnessed,
  ProvedStatement,
  TagOpeners,
} from '../evidence/evidence-file.js';
import { parseHeadStatement } from '../evidence/head-statement.js';
import type { Vault } from '../keys/vault.js';
import { damaged, LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { personOpener, thingOpener, verifyTag } from '../records/tag.js';
import type { HistoryOf } from './author-histories.js';
import { electingGroups } from './electing-groups.js';
import type { FoundEntry } from './find-entry.js';
import type { LogIdentity } from './log-identity.js';
import {
  openEntry,
  type OpenedEntry,
  type OpenedRecord,
  type OpenedSignature,
} from './opened-entry.js';

export interface EvidenceSources {
  readonly vault: Vault;
  readonly anchored: Anchored;
  /** None where nothing is known of time-stamps. */
  readonly stamped?: Stamped;
  readonly witnessed: Pick<Witnessed, 'covering'>;
  /** What attributes the log: kept by the node for each of its logs. */
  readonly identity: (reader: LogReader) => Promise<LogIdentity>;
  /** Of the tenant's authors; none where nothing is known of identities. */
  readonly historyOf?: HistoryOf;
}

/**
 * What leads from an entry into a chain. After a loss that can be nothing: a log may be shorter than the
 * heads that were anchored of it, and the epoch log shorter than its epochs.
 */
export async function anchorsOf(
  anchored: Anchored,
  { reader, index }: FoundEntry,
): ReturnType<Anchored['around']> {
  try {
    const found = await anchored.around(reader, index);
    if (found.after === null || headSize(found.after) <= reader.head.size) return found;
  } catch (cause) {
    // The entry itself is there: it is the epoch that is not.
    if (!(cause instanceof LedgerError) || cause.code !== 'LEDGER_ENTRY_UNKNOWN') throw cause;
  }
  return { after: null, before: null };
}

export async function proved(
  reader: LogReader,
  index: LeafIndex,
  size: TreeSize,
): Promise<ProvedStatement> {
  const { statement } = await reader.entry(index);
  return { inclusion: await reader.inclusionProof(index, size), statement };
}

/**
 * What says whose log a file is of, at the size that its proofs lead to.
 *
 * @param size as `LogReader.vouchedSize` gives it.
 */
export async function evidenceLog(
  { identity }: Pick<EvidenceSources, 'identity'>,
  reader: LogReader,
  size: TreeSize,
): Promise<EvidenceFile['log']> {
  const shown = reader.handovers.filter((handover) => handover.size < size);
  const groups = await electingGroups(reader, shown, size);
  return {
    checkpoint: await reader.checkpointAt(size),
    first: await proved(reader, 0 as LeafIndex, size),
    ...(groups.length > 0 && { groups }),
    handovers: await Promise.all(
      shown.map((handover) => proved(reader, handover.size as LeafIndex, size)),
    ),
    ...(await identity(reader)),
  };
}

export async function evidenceEntry(
  vault: Vault,
  reader: LogReader,
  index: LeafIndex,
  size: TreeSize,
): Promise<EvidenceEntry> {
  const opened = await openEntry(vault, await reader.entry(index));
  const place = await proved(reader, index, size);
  // What has been erased stays proved: only nobody can say any more what it held.
  if (opened.kind === 'plain' || opened.kind === 'erased') return place;
  const { header, payload } = opened;
  const found = await openersOf(vault, opened);
  const openers = reader.isShared ? thoseThatOpen(opened, found) : found;
  return { ...place, header, ...(openers !== null && { openers }), payload };
}

/**
 * Of a ledger that several nodes keep, a node may have another secret of its own for somebody than the one that the writer took:
 * what does not open here is shown by that node, or not at all.
 */
function thoseThatOpen(
  { said, statement }: OpenedRecord | OpenedSignature,
  { author, key, subject }: TagOpeners,
): TagOpeners | null {
  const { tags } = statement;
  const opens = (value: string, opener: Uint8Array | undefined, tag: HexDigest): boolean =>
    opener !== undefined && verifyTag(value, opener, tag);
  const hasSubject = opens(said.subject, subject, tags.subject);
  // Made of the subject's secret, unless the header has it.
  const hasKey = hasSubject || 'keyOpener' in said;
  const shown = {
    ...(author !== undefined && opens(said.author, author, tags.author) && { author }),
    ...(key !== undefined && hasKey && { key }),
    ...(subject !== undefined && hasSubject && { subject }),
  };
  return Object.keys(shown).length === 0 ? null : shown;
}

async function openersOf(
  vault: Vault,
  opened: OpenedRecord | OpenedSignature,
): Promise<TagOpeners> {
  const author = await secretOf(vault, opened.said.author, opened);
  const subject = await secretOf(vault, opened.said.subject, opened);
  const openers = {
    author: personOpener(author, 'author'),
    subject: personOpener(subject, 'subject'),
  };
  if (opened.kind === 'signature') return openers;
  const { key, keyOpener, type } = opened.said;
  if (key !== undefined) return { ...openers, key: thingOpener(subject, type, key) };
  if (keyOpener !== undefined) return { ...openers, key: digestFromHex(keyOpener) };
  return openers;
}

async function secretOf(vault: Vault, person: string, { entry }: OpenedEntry): Promise<Uint8Array> {
  const found = await vault.find(tagsScope(person));
  if (found === null) throw damaged(`entry ${entry.index}: a secret is missing from the vault`);
  return found.secret;
}

export async function evidenceAnchor(
  reader: LogReader,
  anchor: HeadAnchor,
  size: TreeSize,
): Promise<EvidenceAnchor> {
  const { chain, transaction } = anchor;
  return { ...(await evidenceHead(reader, anchor, size)), chain, transaction };
}

export async function evidenceWitnessed(
  reader: LogReader,
  witness: HeadWitness,
  size: TreeSize,
): Promise<EvidenceWitnessed> {
  const { note, verifierKey } = witness.cosigned;
  return { ...(await evidenceHead(reader, witness, size)), checkpoint: note, verifierKey };
}

async function evidenceHead(
  reader: LogReader,
  anchor: HeadInEpoch,
  size: TreeSize,
): Promise<EvidenceHead> {
  const from = headSize(anchor);
  const consistency = from === size ? [] : await reader.consistencyProof(from, size);
  return { consistency, ...wayOfHead(anchor) };
}

/** From a head to the root of the epoch log, whatever carries that into a chain. */
export function wayOfHead({
  epoch,
  head,
  log,
  tenant,
  path,
}: HeadInEpoch): Omit<EvidenceHead, 'consistency'> {
  return {
    epoch,
    head,
    log: { handle: fromHex(log), proof: path.logProof, salt: path.salt },
    tenant: {
      handle: fromHex(tenant),
      proof: path.tenantProof,
      root: path.tenantRoot,
      ...(path.tenantSalt !== null && { salt: path.tenantSalt }),
    },
  };
}

export function headSize({ head }: Pick<HeadInEpoch, 'head'>): TreeSize {
  return parseHeadStatement(head).size;
}
