/** What a reader might take from a report and must not: said in every report, next to what is proven. */
import { headerOf } from './check-header.js';
import { openedTags } from './check-tags.js';
import { type Finding, finding } from './outcome.js';
import type { ReadEvidence } from './read-evidence.js';
import type { CheckRun } from './run-checks.js';

/** Of claims that are signed. */
export function authorsNotProven({ authors }: Pick<CheckRun, 'authors'>): (Finding | false)[] {
  const { outcome, unshown, unpinned } = authors;
  return [
    unshown > 0 && finding('not-proven.claim-key', { count: unshown }),
    outcome !== null && finding('not-proven.author-later'),
    unpinned > 0 && finding('not-proven.author-name', { count: unpinned }),
  ];
}

export function notProven(evidence: ReadEvidence, run: CheckRun): Finding[] {
  const { entry, file, signatures, log } = evidence;
  const { after, before } = run.anchors;
  const hasCms =
    file.log.seal !== undefined || signatures.length > 0 || file.timeStamp !== undefined;
  const isRecord = entry.content.kind === 'record';
  const header = headerOf(entry);
  const findings: (Finding | false)[] = [
    isRecord && finding('not-proven.truth'),
    finding('not-proven.other-entries'),
    finding('not-proven.later-keys'),
    hasCms && finding('not-proven.revocation'),
    after.proven === null &&
      !run.stamp?.summary &&
      !run.witnessed?.proven &&
      finding('not-proven.recorded-time'),
    after.proven !== null && finding('not-proven.block-time'),
    after.outcome.word === 'self' && finding('not-proven.chain'),
    before.proven !== null && finding('not-proven.not-yet'),
    isRecord && header === null && finding('not-proven.header'),
    isRecord && file.entry.payload === undefined && finding('not-proven.payload'),
    header !== null && !openedTags(entry).includes('subject') && finding('not-proven.subject'),
    entry.content.kind === 'signature' && finding('not-proven.signature'),
    header !== null &&
      'claim' in header &&
      !('claimSignature' in header) &&
      finding('not-proven.claim'),
    ...authorsNotProven(run),
    entry.content.kind === 'record' &&
      (entry.content.parts !== undefined || entry.content.tags.parties !== undefined) &&
      finding('not-proven.parts'),
    header !== null && 'attachments' in header && finding('not-proven.attachments'),
    log.groups.length > 0 && finding('not-proven.elections'),
    log.first.content.kind === 'loss' && finding('not-proven.loss'),
  ];
  return findings.filter((each) => each !== false);
}
