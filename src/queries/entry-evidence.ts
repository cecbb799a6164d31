/** An entry as files that others verify: our evidence file, and C2SP's tlog-proof. */
import type { Anchored } from '../anchoring/anchored-heads.js';
import { utf8 } from '../base/bytes.js';
import { formatEvidence } from '../evidence/format-evidence.js';
import { formatLogProof } from '../tlog/log-proof.js';
import { type EvidenceSources, exportEvidence } from './export-evidence.js';
import { findEntry } from './find-entry.js';
import type { LogIdentities } from './log-identity.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface EvidenceParts {
  readonly anchored: Anchored;
  readonly identities: LogIdentities;
}

/** The evidence file (docs/formats/evidence.md). @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function evidenceFile(
  { anchored, identities }: EvidenceParts,
  { ledger, vault }: LedgerLogs,
  id: string,
): Promise<Uint8Array> {
  const found = await findEntry(ledger, id);
  const { tenant } = ledger.identity;
  const sources: EvidenceSources = {
    vault,
    anchored,
    identity: (reader) => identities.of(tenant, reader),
  };
  return formatEvidence(await exportEvidence(sources, found));
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
