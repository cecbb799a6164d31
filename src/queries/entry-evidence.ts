/** An entry as files that others verify: our evidence file, and C2SP's tlog-proof. */
import type { DisclosedEntry } from '../access/disclosure.js';
import type { Anchored } from '../anchoring/anchored-heads.js';
import type { CalendarStamped } from '../anchoring/calendar-heads.js';
import type { Stamped } from '../anchoring/epoch-stamps.js';
import type { Witnessed } from '../anchoring/witnessed-heads.js';
import { toHex, utf8 } from '../base/bytes.js';
import type { EvidenceEntry, EvidenceFile } from '../evidence/evidence-file.js';
import { formatEvidence } from '../evidence/format-evidence.js';
import { parseRecordHeader, parseSignatureHeader } from '../records/header.js';
import { parseStatement } from '../records/parse-statement.js';
import type { Statement } from '../records/statement.js';
import { formatLogProof } from '../tlog/log-proof.js';
import { leafHash } from '../tlog/merkle-hash.js';
import type { HistoryOf } from './author-histories.js';
import { type EvidenceSources, exportEvidence } from './export-evidence.js';
import { findEntry } from './find-entry.js';
import type { LogIdentities } from './log-identity.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface EvidenceParts {
  readonly anchored: Anchored;
  readonly stamped?: Stamped;
  readonly witnessed: Pick<Witnessed, 'covering'>;
  readonly byCalendars: CalendarStamped;
  readonly identities: LogIdentities;
  readonly historiesOf: (tenant: string) => HistoryOf;
}

export interface EvidenceAnswer {
  readonly bytes: Uint8Array;
  /** Whose content is in it: the entry, then its signatures. */
  readonly shown: readonly DisclosedEntry[];
  /** Who are shown besides: the author, by their history. */
  readonly persons?: readonly string[];
}

/** The evidence file (docs/formats/evidence.md). @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function evidenceFile(
  parts: Omit<EvidenceParts, 'byCalendars'>,
  { ledger, vault }: LedgerLogs,
  id: string,
): Promise<EvidenceAnswer> {
  const found = await findEntry(ledger, id);
  const file = await exportEvidence({ vault, ...sourcesOf(parts, ledger.identity.tenant) }, found);
  const shown = [file.entry, ...signaturesOfRecord(file)].map(disclosed);
  return { bytes: formatEvidence(file), shown, persons: authorsShown(file) };
}

/** What is gathered from for all files of a tenant. @param tenant handle. */
export function sourcesOf(
  { anchored, stamped, witnessed, identities, historiesOf }: Omit<EvidenceParts, 'byCalendars'>,
  tenant: string,
): Omit<EvidenceSources, 'vault'> {
  return {
    anchored,
    ...(stamped !== undefined && { stamped }),
    witnessed,
    identity: (reader) => identities.of(tenant, reader),
    historyOf: historiesOf(tenant),
  };
}

function authorsShown({ entry, history }: EvidenceFile): readonly string[] {
  const { header } = entry;
  return history === undefined || header === undefined
    ? []
    : [parseRecordHeader(header.bytes).author];
}

/** All but those over the batch, and over these: a batch is about nobody. */
function signaturesOfRecord({ batch, signatures = [] }: EvidenceFile): readonly EvidenceEntry[] {
  if (batch === undefined) return signatures;
  const ofBatch = new Set([toHex(leafHash(batch.statement))]);
  return signatures.filter(({ statement }) => {
    const parsed = parseStatement(statement);
    const isOfBatch = parsed.kind === 'signature' && ofBatch.has(parsed.of);
    if (isOfBatch) ofBatch.add(toHex(leafHash(statement)));
    return !isOfBatch;
  });
}

function disclosed({ statement, header }: EvidenceEntry): DisclosedEntry {
  const parsed = parseStatement(statement);
  const said = header === undefined ? null : subjectIn(parsed.kind, header.bytes);
  return {
    leafHash: toHex(leafHash(statement)),
    recordedAt: parsed.recordedAt,
    type: parsed.kind === 'record' ? parsed.type : null,
    subject: said,
  };
}

function subjectIn(kind: Statement['kind'], header: Uint8Array): string {
  const { subject } = kind === 'record' ? parseRecordHeader(header) : parseSignatureHeader(header);
  return subject;
}

/**
 * The entry in the tree of the first checkpoint that holds it, so that the text never changes
 * (C2SP tlog-proof). @throws LedgerError LEDGER_ENTRY_UNKNOWN.
 */
export async function logProof({ ledger }: LedgerLogs, id: string): Promise<Uint8Array> {
  const { reader, index } = await findEntry(ledger, id);
  const { size } = await reader.block(index);
  const proof = await reader.inclusionProof(index, size);
  const checkpoint = await reader.checkpointAt(size);
  return utf8(formatLogProof({ index, proof, checkpoint }));
}
