/** Runs the checks of docs/formats/evidence.md. What depends on another comes after it, whatever the order of the report. */
import type { Trust } from '../trust.js';
import type { CheckReport } from '../verification-report.js';
import { type AnchorChecks, checkAnchors } from './check-anchor.js';
import { checkAuthors, type CheckedAuthors } from './check-author.js';
import { checkBatch } from './check-batch.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { checkClaim } from './check-claim.js';
import { type CheckedStamp, checkEpochStamp } from './check-epoch-stamp.js';
import { checkFormat } from './check-format.js';
import { checkHandovers } from './check-handovers.js';
import { checkHeader } from './check-header.js';
import { checkInclusion } from './check-inclusion.js';
import { type CheckedIdentity, checkLogIdentity } from './check-log-identity.js';
import { checkPayload } from './check-payload.js';
import { type CheckedSignature, checkSignatures } from './check-signature.js';
import { checkStatement } from './check-statement.js';
import { checkTags } from './check-tags.js';
import { type CheckedWitnessed, checkWitnessed } from './check-witnessed.js';
import { COMMON_CHECKS, named, unreadable } from './named-checks.js';
import type { ReadEvidence, Unreadable } from './read-evidence.js';
import type { RuleBook } from './rule-book.js';

export interface CheckRun {
  readonly checks: readonly CheckReport[];
  readonly anchors: AnchorChecks;
  /** Null if the file shows nothing of witnesses. */
  readonly witnessed: CheckedWitnessed | null;
  readonly identity: CheckedIdentity;
  readonly signatures: readonly CheckedSignature[];
  readonly authors: CheckedAuthors;
  /** Null if the file has none. */
  readonly stamp: CheckedStamp | null;
}

export function runChecks(evidence: ReadEvidence, trust: Trust, rules: RuleBook): CheckRun {
  const { entry, file } = evidence;
  const anchors = checkAnchors(evidence, trust, rules);
  const witnessed = checkWitnessed(evidence, trust, rules.witnessed);
  const identity = checkLogIdentity(evidence, trust, anchors.after, rules.identity);
  const entryRules = [rules.header, rules.payload, rules.tags];
  const signatures = checkSignatures(evidence, trust, anchors.after, entryRules, rules.signature);
  const batch = checkBatch(evidence, rules.batch);
  const stamp = checkEpochStamp(evidence, trust, rules);
  const histories = file.history === undefined ? [] : [file.history];
  const authors = checkAuthors([entry], histories, trust, rules.author);
  const checks = [
    named('format', checkFormat(file, rules.format)),
    named('statement', checkStatement(evidence, rules.statement)),
    named('header', checkHeader(entry, rules.header)),
    named('payload', checkPayload(entry, rules.payload)),
    named('tags', checkTags(entry, rules.tags)),
    named('claim', checkClaim(entry, rules.claim)),
    ...(authors.outcome === null ? [] : [named('author', authors.outcome)]),
    named('inclusion', checkInclusion(evidence, rules.inclusion)),
    named('checkpoint', checkCheckpoint(evidence, rules.checkpoint)),
    named('handovers', checkHandovers(evidence, rules)),
    named('log-identity', identity.outcome),
    ...(batch === null ? [] : [named('batch', batch)]),
    ...signatures.map(({ outcome }, at) => named(`signature:${at + 1}`, outcome)),
    named('anchor:after', anchors.after.outcome),
    named('anchor:before', anchors.before.outcome),
    ...(stamp === null ? [] : [named('epoch-time-stamp', stamp.outcome)]),
    ...(witnessed === null ? [] : [named('witnessed', witnessed.outcome)]),
  ];
  return { checks, anchors, witnessed, identity, signatures, authors, stamp };
}

export function unreadableChecks(found: Unreadable): CheckReport[] {
  return unreadable([...COMMON_CHECKS, 'anchor:after', 'anchor:before'], found);
}
