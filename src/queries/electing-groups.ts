/** The groups that chose who signs a log, each proven in a head by the key that was there before (docs/formats/evidence.md). */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { ProvedGroup } from '../evidence/evidence-file.js';
import type { LogHandover, LogReader } from '../ledger/log-reader.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import { parseSignedNote } from '../tlog/signed-note.js';

/**
 * @param handovers oldest first, all below `size`.
 * @returns ascending; without a group that no head of the key before holds, which evidence cannot show then.
 */
export async function electingGroups(
  reader: LogReader,
  handovers: readonly LogHandover[],
  size: TreeSize,
): Promise<readonly ProvedGroup[]> {
  const groups = new Map<number, ProvedGroup | null>();
  for (const { election } of handovers) {
    if (election === undefined || groups.has(election.group)) continue;
    const { checkpoint, group } = election;
    groups.set(
      group,
      checkpoint === undefined ? null : await inHead(reader, group, checkpoint, size),
    );
  }
  return [...groups.values()].filter((group) => group !== null);
}

async function inHead(
  reader: LogReader,
  group: number,
  note: string,
  size: TreeSize,
): Promise<ProvedGroup | null> {
  const head = parseCheckpoint(parseSignedNote(note).text);
  if (head.size <= group) return null;
  const index = group as LeafIndex;
  const { statement } = await reader.entry(index);
  return {
    consistency: await reader.consistencyProof(head.size, size),
    inclusion: await reader.inclusionProof(index, head.size),
    statement,
  };
}
