/** How far the log has come, and who besides the operator looked, as labelled lines of text. */
import type { MarkedRange, VerificationReport } from '../verification-report.js';
import type { Line, Say } from './describe.js';

export function describeRanges(
  {
    result,
    ranges,
    growthCheckedBy,
  }: Pick<VerificationReport, 'result' | 'ranges' | 'growthCheckedBy'>,
  say: Say,
): Line[] {
  if (result === 'failed') return [];
  const growth =
    growthCheckedBy.length === 0
      ? say('value.growth.nobody')
      : say('value.growth', { names: growthCheckedBy.join(', ') });
  return [
    ...ranges.map((range): Line => [labelOf(range), entriesOf(range, say)]),
    ['label.growth', growth],
  ];
}

function labelOf({ marks }: MarkedRange): Line[0] {
  if (marks.length > 1) return 'label.range.both';
  const [mark] = marks;
  return mark === undefined ? 'label.range.bare' : `label.range.${mark}`;
}

function entriesOf({ from, to }: MarkedRange, say: Say): string {
  return to - from === 1
    ? say('value.range.one', { index: from })
    : say('value.range', { from, last: to - 1 });
}
