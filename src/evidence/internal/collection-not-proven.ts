/** What a reader might take from the report of a collection and must not. */
import { isOpened, isRecord } from './answer.js';
import { headerOf } from './check-header.js';
import { openedTags } from './check-tags.js';
import { authorsNotProven } from './not-proven.js';
import { type Finding, finding } from './outcome.js';
import type { CollectedEntry, ReadCollection } from './read-collection.js';
import type { CollectionRun } from './run-collection.js';

export function collectionNotProven(collection: ReadCollection, run: CollectionRun): Finding[] {
  const { entries, file, log, questions } = collection;
  const { after } = run.anchors;
  const records = entries.filter(isRecord);
  const notOpened = entries.filter((entry) => !isOpened(entry)).length;
  const contents = entries.filter((entry) => isOpened(entry) && !entry.file.payload).length;
  const signatures = run.attached.checked.length + run.signatures.length;
  const hasCms = file.log.seal !== undefined || signatures > 0 || file.timeStamp !== undefined;
  const isUnnamed = run.checks.some(
    ({ id, word }) => id.startsWith(COMPLETENESS) && word === 'self',
  );
  const findings: (Finding | false)[] = [
    records.length > 0 && finding('not-proven.truth'),
    finding('not-proven.identifier'),
    finding('not-proven.maps'),
    isUnnamed && finding('not-proven.tag'),
    questions.some(({ question }) => question.validAt === undefined) &&
      finding('not-proven.valid-at'),
    finding('not-proven.outside'),
    finding('not-proven.later-keys'),
    hasCms && finding('not-proven.revocation'),
    after.proven === null &&
      !run.stamp?.summary &&
      !run.witnessed?.proven &&
      finding('not-proven.recorded-time'),
    after.proven !== null && finding('not-proven.block-time'),
    after.outcome.word === 'self' && finding('not-proven.chain'),
    notOpened > 0 && finding('not-proven.not-opened', { count: notOpened }),
    contents > 0 && finding('not-proven.contents', { count: contents }),
    records.some(lacksThing) && finding('not-proven.things'),
    records.some(hasUnsignedClaim) && finding('not-proven.claim'),
    ...authorsNotProven(run),
    records.some(namesOthers) && finding('not-proven.parts'),
    records.some(attachesFiles) && finding('not-proven.attachments'),
    file.inspection !== undefined && finding('not-proven.inspection'),
    log.groups.length > 0 && finding('not-proven.elections'),
    log.first.content.kind === 'loss' && finding('not-proven.loss'),
  ];
  return findings.filter((each) => each !== false);
}

const COMPLETENESS = 'completeness:';

function lacksThing(entry: CollectedEntry): boolean {
  return headerOf(entry) !== null && !openedTags(entry).includes('key');
}

function hasUnsignedClaim(entry: CollectedEntry): boolean {
  const header = headerOf(entry);
  return header !== null && 'claim' in header && !('claimSignature' in header);
}

function attachesFiles(entry: CollectedEntry): boolean {
  const header = headerOf(entry);
  return header !== null && 'attachments' in header;
}

function namesOthers({ content }: CollectedEntry): boolean {
  return (
    content.kind === 'record' && (content.parts !== undefined || content.tags.parties !== undefined)
  );
}
