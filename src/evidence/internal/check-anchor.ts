/** The checks `anchor:after` and `anchor:before`: whether a head of this log is in a chain. */
import type { TreeSize } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import { type VerifiedAnchor, verifyAnchorProof } from '../bitcoin/anchor-proof.js';
import { CHAINS } from '../chains.js';
import type { EvidenceAnchor } from '../evidence-file.js';
import type { Trust } from '../trust.js';
import {
  AFTER_RULES,
  ANCHOR_RULES,
  type AnchorSubject,
  BEFORE_RULES,
  type BeforeSubject,
  HEAD_RULES,
  type HeadSubject,
  type JudgedBlock,
} from './anchor-rules.js';
import { anchorPassCode, knownBy } from './known-by.js';
import {
  brokenRule,
  failed,
  type Finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';
import { readHead } from './read-head.js';
import { isFinding, readPart } from './read-part.js';

export interface AnchorRuleBook {
  readonly head: Rules<HeadSubject>;
  readonly anchor: Rules<AnchorSubject>;
  readonly after: Rules<AnchorSubject>;
  readonly before: Rules<BeforeSubject>;
}

export const ANCHOR_RULE_BOOK: AnchorRuleBook = {
  head: HEAD_RULES,
  anchor: ANCHOR_RULES,
  after: AFTER_RULES,
  before: BEFORE_RULES,
};

export interface AnchorChecks {
  readonly after: CheckedAnchor;
  readonly before: CheckedAnchor;
}

export interface CheckedAnchor {
  readonly outcome: Outcome;
  /** Null unless the check passed. */
  readonly proven: ProvenHead | null;
}

/** A head of the log in a block. */
export interface ProvenHead {
  readonly size: TreeSize;
  readonly block: VerifiedAnchor;
}

export function checkAnchors(
  evidence: ReadLogFile,
  trust: Trust,
  rules: AnchorRuleBook = ANCHOR_RULE_BOOK,
): AnchorChecks {
  const { anchors } = evidence.file;
  const after = subjectOf(anchors?.after, evidence, trust);
  const before = subjectOf(anchors?.before, evidence, trust);
  return {
    after: conclude(
      after,
      'anchor.after-not-present',
      (subject) =>
        brokenRule(rules.head, subject) ??
        brokenRule(rules.anchor, subject) ??
        brokenRule(rules.after, subject),
    ),
    before: conclude(
      before,
      'anchor.before-not-present',
      (subject) =>
        brokenRule(rules.head, subject) ??
        brokenRule(rules.anchor, subject) ??
        brokenRule(rules.before, {
          ...subject,
          after: after === undefined || isFinding(after) ? null : after,
        }),
    ),
  };
}

export function subjectOf(
  anchor: EvidenceAnchor | undefined,
  evidence: ReadLogFile,
  trust: Trust,
): AnchorSubject | Finding | undefined {
  if (anchor === undefined) return undefined;
  const read = readHead(anchor);
  return isFinding(read) ? read : { ...read, evidence, block: verifyBlock(anchor, trust) };
}

function verifyBlock({ chain, transaction }: EvidenceAnchor, trust: Trust): JudgedBlock | Finding {
  const { network, confirmations } = CHAINS[chain];
  const pinnedHeaders = trust.blocks.filter((block) => block.chain === chain);
  const block = readPart('anchor.chain', chain, () =>
    verifyAnchorProof(transaction, {
      network,
      requiredConfirmations: confirmations,
      pinnedHeaders,
    }),
  );
  if (isFinding(block)) return block;
  const known = knownBy(transaction, pinnedHeaders, network.development);
  return { ...block, attribution: known === null ? 'self-asserted' : 'pinned', knownBy: known };
}

function conclude(
  subject: AnchorSubject | Finding | undefined,
  absent: 'anchor.after-not-present' | 'anchor.before-not-present',
  broken: (subject: AnchorSubject) => Finding | null,
): CheckedAnchor {
  if (subject === undefined) return { outcome: notPresent(absent), proven: null };
  if (isFinding(subject)) return { outcome: failed(subject), proven: null };
  const found = broken(subject);
  if (found !== null) return { outcome: failed(found), proven: null };
  const { block, anchor, head } = subject;
  // Only where the rule that asks for the block was left out.
  if (isFinding(block)) return { outcome: passed('self', 'anchor.pass-self'), proven: null };
  const facts = {
    chain: anchor.chain,
    height: block.height,
    time: formatInstant(block.time),
    blockHash: block.blockHash,
    headSize: head.size,
    confirmations: block.confirmations,
  };
  const outcome = passed(
    block.attribution === 'pinned' ? 'trust' : 'self',
    anchorPassCode(block.knownBy, block.development),
    facts,
  );
  return { outcome, proven: { size: head.size, block } };
}
