/** Runs the checks of docs/formats/collection.md. */
import type { Trust } from '../trust.js';
import type { CheckId, CheckReport } from '../verification-report.js';
import { checkAnchors } from './check-anchor.js';
import { type AttachedSignatures, checkAttached } from './check-attached.js';
import { checkAttachments } from './check-attachments.js';
import { checkAuthors } from './check-author.js';
import { checkBatch } from './check-batch.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { checkCollected } from './check-collected.js';
import { checkCompleteness } from './check-completeness.js';
import { checkEpochStamp } from './check-epoch-stamp.js';
import { checkHandovers } from './check-handovers.js';
import { checkLogIdentity } from './check-log-identity.js';
import { checkSignatures } from './check-signature.js';
import { checkStatement } from './check-statement.js';
import { checkWitnessed } from './check-witnessed.js';
import type { CollectionRuleBook } from './collection-rules.js';
import { COMMON_CHECKS, named, unreadable } from './named-checks.js';
import { brokenRule, failed, type Outcome, passed } from './outcome.js';
import type { ReadCollection } from './read-collection.js';
import type { Unreadable } from './read-evidence.js';
import type { CheckRun } from './run-checks.js';

/** Its `signatures` are those over the batch. */
export interface CollectionRun extends CheckRun {
  readonly attached: AttachedSignatures;
}

export function runCollectionChecks(
  collection: ReadCollection,
  trust: Trust,
  rules: CollectionRuleBook,
): CollectionRun {
  const anchors = checkAnchors(collection, trust, { ...rules, head: {}, before: {} });
  const stamp = checkEpochStamp(collection, trust, { head: {}, stamp: rules.stamp });
  const witnessed = checkWitnessed(collection, trust, rules.witnessed);
  const identity = checkLogIdentity(collection, trust, anchors.after, rules.identity);
  const attached = checkAttached(collection, trust, anchors.after, rules.attached);
  const batch = checkBatch(collection, rules.batch);
  const entryRules = [rules.header, rules.payload, rules.tags];
  // Those over entries are among these.
  const signable = { ...collection, entry: null };
  const signatures = checkSignatures(signable, trust, anchors.after, entryRules, rules.signature);
  const collected = checkCollected(collection, rules);
  const { entries, file } = collection;
  const authors = checkAuthors(entries, file.histories ?? [], trust, rules.author);
  const attachments = checkAttachments(collection, rules.attachments);
  const completeness = checkCompleteness(collection, rules.completeness);
  const checks = [
    named('format', checkFormat(collection, rules)),
    named('statement', checkStatement(collection, rules.statement)),
    named('header', collected.header),
    named('payload', collected.payload),
    named('tags', collected.tags),
    named('claim', collected.claim),
    ...(authors.outcome === null ? [] : [named('author', authors.outcome)]),
    ...(attachments === null ? [] : [named('attachments', attachments)]),
    named('inclusion', checkInclusion(collection, rules)),
    named('checkpoint', checkCheckpoint(collection, rules.checkpoint)),
    named('handovers', checkHandovers(collection, rules)),
    named('log-identity', identity.outcome),
    named('signatures', attached.outcome),
    ...(batch === null ? [] : [named('batch', batch)]),
    ...signatures.map(({ outcome }, at) => named(`signature:${at + 1}`, outcome)),
    ...completeness.map((outcome, at) => named(`completeness:${at + 1}`, outcome)),
    named('anchor:after', anchors.after.outcome),
    ...(stamp === null ? [] : [named('epoch-time-stamp', stamp.outcome)]),
    ...(witnessed === null ? [] : [named('witnessed', witnessed.outcome)]),
  ];
  return { checks, anchors, stamp, witnessed, identity, signatures, authors, attached };
}

function checkFormat(collection: ReadCollection, { format }: CollectionRuleBook): Outcome {
  const broken = brokenRule(format, collection);
  return broken === null ? passed('math', 'format.pass') : failed(broken);
}

function checkInclusion(collection: ReadCollection, { inclusion }: CollectionRuleBook): Outcome {
  const broken = brokenRule(inclusion, collection);
  if (broken !== null) return failed(broken);
  const { entries, questions, checkpoint } = collection;
  return passed('math', 'inclusion.pass-all', {
    count: entries.length,
    maps: new Set(questions.map(({ map }) => map.content.index)).size,
    size: checkpoint.size,
  });
}

export function unreadableCollection(found: Unreadable, questions: number): CheckReport[] {
  const ids = Array.from({ length: questions }, (_, at): CheckId => `completeness:${at + 1}`);
  return unreadable([...COMMON_CHECKS, 'signatures', ...ids, 'anchor:after'], found);
}
