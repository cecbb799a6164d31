/**
 * Which chain of anchors an epoch log names as its own (docs/formats/bitcoin-anchor.md, "Successor"). The log
 * leads: what the anchorer has stored follows it, and a chain that the log does not name is nobody's.
 */
import type { LeafIndex } from '../base/brand.js';
import { equalBytes, fromHex } from '../base/bytes.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { EpochStatement, SuccessionStatement } from '../records/statement.js';
import { FIRST_EPOCH, lastEpoch } from './read-epoch.js';

/** A chain of anchors takes the place of another. */
export interface NamedSuccession {
  /** That the anchors of the new chain pay. */
  readonly script: Uint8Array;
  readonly statement: SuccessionStatement;
}

export interface NamedChain {
  /** That the newest epoch names; null where there is none, or an earlier version made it. */
  script(): Promise<Uint8Array | null>;
  /** The last succession, if it is one to the script that the newest epoch names. */
  succession(): Promise<NamedSuccession | null>;
}

/**
 * A succession is taken over before another epoch is made, but for those that a node makes which cannot
 * write any more: looking further back would be looking for one that was taken over long ago.
 */
const MAX_EPOCHS_BACK = 4_096;

export function chainNamedIn(epochs: LogReader): NamedChain {
  const epochAt = async (index: number): Promise<EpochStatement | null> => {
    const statement = parseStatement((await epochs.entry(index as LeafIndex)).statement);
    return statement.kind === 'epoch' ? statement : null;
  };
  return {
    script: async () => {
      const last = lastEpoch(epochs);
      const named = last === null ? undefined : (await epochAt(last))?.anchorScript;
      return named === undefined ? null : fromHex(named);
    },
    succession: async () => {
      const last = lastEpoch(epochs) ?? 0;
      const end = Math.max(FIRST_EPOCH, last - MAX_EPOCHS_BACK);
      for (let index: number = last; index >= end; index--) {
        const epoch = await epochAt(index);
        if (epoch?.anchorScript === undefined) return null;
        const { anchorScript, succession } = epoch;
        if (succession !== undefined)
          return { script: fromHex(anchorScript), statement: succession };
      }
      return null;
    },
  };
}

/**
 * What is wrong with the chain that an epoch names, after the one before it; null if nothing is.
 *
 * @param before null before the first epoch.
 */
export function namingProblem(before: EpochStatement | null, epoch: EpochStatement): string | null {
  const named = before?.anchorScript;
  const { anchorScript, succession } = epoch;
  if (named === undefined) return null;
  if (anchorScript === undefined) return 'names no chain of anchors any more';
  if (succession !== undefined)
    return equalBytes(fromHex(succession.ended.script), fromHex(named))
      ? null
      : 'succeeds another chain of anchors than the log had';
  return anchorScript === named ? null : 'names another chain of anchors without a succession';
}
