/** Runs the checks of docs/formats/evidence.md. What depends on another comes after it, whatever the order of the report. */
import type { Trust } from '../trust.js';
import type { CheckId, CheckReport } from '../verification-report.js';
import { type AnchorChecks, checkAnchors } from './check-anchor.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { checkClaim } from './check-claim.js';
import { checkFormat } from './check-format.js';
import { checkHandovers } from './check-handovers.js';
import { checkHeader } from './check-header.js';
import { checkInclusion } from './check-inclusion.js';
import { type CheckedIdentity, checkLogIdentity } from './check-log-identity.js';
import { checkPayload } from './check-payload.js';
import { type CheckedSignature, checkSignatures } from './check-signature.js';
import { checkStatement } from './check-statement.js';
import { checkTags } from './check-tags.js';
import { failed, notDone, type Outcome } from './outcome.js';
import type { ReadEvidence, Unreadable } from './read-evidence.js';
import type { RuleBook } from './rule-book.js';

export interface CheckRun {
  readonly checks: readonly CheckReport[];
  readonly anchors: AnchorChecks;
  readonly identity: CheckedIdentity;
  readonly signatures: readonly CheckedSignature[];
}

export function runChecks(evidence: ReadEvidence, trust: Trust, rules: RuleBook): CheckRun {
  const { entry, file } = evidence;
  const anchors = checkAnchors(evidence, trust, rules);
  const identity = checkLogIdentity(evidence, trust, anchors.after, rules.identity);
  const entryRules = [rules.header, rules.payload, rules.tags];
  const signatures = checkSignatures(evidence, trust, anchors.after, entryRules, rules.signature);
  const checks = [
    named('format', checkFormat(file, rules.format)),
    named('statement', checkStatement(evidence, rules.statement)),
    named('header', checkHeader(entry, rules.header)),
    named('payload', checkPayload(entry, rules.payload)),
    named('tags', checkTags(entry, rules.tags)),
    named('claim', checkClaim(entry, rules.claim)),
    named('inclusion', checkInclusion(evidence, rules.inclusion)),
    named('checkpoint', checkCheckpoint(evidence, rules.checkpoint)),
    named('handovers', checkHandovers(evidence, rules.handovers)),
    named('log-identity', identity.outcome),
    ...signatures.map(({ outcome }, at) => named(`signature:${at + 1}`, outcome)),
    named('anchor:after', anchors.after.outcome),
    named('anchor:before', anchors.before.outcome),
  ];
  return { checks, anchors, identity, signatures };
}

/** Where nothing can be checked but that one part cannot be read. */
export function unreadableChecks({ check, finding }: Unreadable): CheckReport[] {
  return UNCONDITIONAL.map((id) => named(id, id === check ? failed(finding) : notDone()));
}

const UNCONDITIONAL: readonly CheckId[] = [
  'format',
  'statement',
  'header',
  'payload',
  'tags',
  'claim',
  'inclusion',
  'checkpoint',
  'handovers',
  'log-identity',
  'anchor:after',
  'anchor:before',
];

function named(id: CheckId, outcome: Outcome): CheckReport {
  return { id, ...outcome };
}
