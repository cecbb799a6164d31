/**
 * Which entries of a log are anchored, which witnessed, and which bare: heads are beginnings of one another, so a
 * size says it of all before. Marks rest on what the verifier brought along, and never on a chain that costs nothing.
 */
import type { TreeSize } from '../../base/brand.js';
import type { CheckReport, MarkedRange, VerificationReport } from '../verification-report.js';
import type { AnchorChecks } from './check-anchor.js';
import type { CheckedWitnessed } from './check-witnessed.js';
import type { ReadLogFile } from './read-evidence.js';
import { resultOf } from './verdict-of-checks.js';

export interface MarkChecks {
  readonly anchors: Pick<AnchorChecks, 'after'>;
  readonly witnessed: CheckedWitnessed | null;
}

/** What a report says of the whole log; nothing where the file cannot be relied on. */
export function comeSoFar(
  { checkpoint }: Pick<ReadLogFile, 'checkpoint'>,
  run: MarkChecks & { readonly checks: readonly CheckReport[] },
): Pick<VerificationReport, 'ranges' | 'growthCheckedBy'> {
  if (resultOf(run.checks) === 'failed') return NOTHING_SAID;
  return {
    ranges: markedRanges(checkpoint.size, run),
    growthCheckedBy: run.witnessed?.proven?.names ?? [],
  };
}

export const NOTHING_SAID: Pick<VerificationReport, 'ranges' | 'growthCheckedBy'> = {
  ranges: [],
  growthCheckedBy: [],
};

/** @param size of the log's checkpoint. */
function markedRanges(size: TreeSize, checks: MarkChecks): MarkedRange[] {
  const anchored = anchoredSize(checks);
  const witnessed = checks.witnessed?.proven?.size ?? 0;
  const ends = [...new Set([anchored, witnessed, size])].filter((end) => end > 0);
  const ranges: MarkedRange[] = [];
  let from = 0;
  for (const to of ends.sort((a, b) => a - b)) {
    const marks: MarkedRange['marks'] = [
      ...(to <= witnessed ? (['witnessed'] as const) : []),
      ...(to <= anchored ? (['anchored'] as const) : []),
    ];
    ranges.push({ from, to, marks });
    from = to;
  }
  return ranges;
}

function anchoredSize({ anchors: { after } }: MarkChecks): number {
  const { outcome, proven } = after;
  const isMark = proven !== null && outcome.word === 'trust' && !proven.block.development;
  return isMark ? proven.size : 0;
}
