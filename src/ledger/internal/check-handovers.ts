/**
 * That the handovers in a log are those of the catalog: each is the entry at the size where a key ended, over the tree as
 * it then was, and signed by those who may, or by a node that the group of the log has chosen.
 */
import type { LeafIndex } from '../../base/brand.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { digestToHex } from '../../base/hex-digest.js';
import { electionToJson } from '../../records/election-json.js';
import type { GroupStatement, HandoverStatement, Statement } from '../../records/statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import {
  type Election,
  type ElectionFault,
  faultOfElection,
  headOfOldKey,
  isLaterTerm,
} from '../../tlog/election.js';
import { isHandoverAuthorised, isHandoverSignedBy } from '../../tlog/handover.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { TreeEdge } from '../../tlog/tile-tree.js';
import type { LogDescriptor } from '../catalog.js';
import { type Handover, handoversOf } from './log-segments.js';

export class HandoverWalk {
  readonly #origin: string;
  readonly #expected: ReadonlyMap<number, Handover>;
  /** Sizes of the heads that elections show; and the root that the tree had at each, once it was there. */
  readonly #roots = new Map<number, string>();
  /** Of the first entry. */
  #recoveryKey = '';
  /** The newest. */
  #group: GroupStatement | null = null;
  #election: Election | null = null;

  constructor(log: LogDescriptor) {
    this.#origin = log.origin;
    this.#expected = new Map(handoversOf(log).map((handover) => [handover.size, handover]));
    for (const { election, ...terms } of this.#expected.values()) {
      const head = election?.checkpoint && headOfOldKey(log.origin, terms, election.checkpoint);
      if (head) this.#roots.set(head.size, '');
    }
  }

  /** @param before the tree of all entries before the one at `index`. */
  *take(statement: Statement, index: LeafIndex, before: () => TreeEdge): Generator<string> {
    if (this.#roots.has(index)) this.#roots.set(index, digestToHex(rootHash(before())));
    if (statement.kind === 'ledger' || statement.kind === 'loss')
      this.#recoveryKey = statement.recoveryKey;
    if (statement.kind === 'group') this.#group = statement;
    const expected = this.#expected.get(index);
    const at = `entry ${index}`;
    if (statement.kind !== 'handover') {
      if (expected !== undefined) yield `${at} should be a handover of the log's keys`;
      return;
    }
    const { election, new: next, old, rootHash: root, size } = statement;
    if (expected === undefined) yield `${at} is a handover that the catalog does not know`;
    else if (expected.new !== next || expected.old !== old)
      yield `${at} is a handover between other keys than the catalog names`;
    else if (!isSameElection(election, expected.election))
      yield `${at} is a handover by another election than the catalog names`;
    if (size !== index || root !== digestToHex(rootHash(before())))
      yield `${at} is a handover of another tree than the entries before it make`;
    if (election !== undefined) yield* this.#elected(statement, election, at);
    else if (!this.#isAuthorised(statement))
      yield `${at} is a handover that is signed by nobody who may`;
  }

  #isAuthorised(statement: HandoverStatement): boolean {
    const keys = {
      old: parseVerifierKey(statement.old),
      new: parseVerifierKey(statement.new),
      recovery: parseVerifierKey(this.#recoveryKey),
    };
    return isHandoverAuthorised(this.#origin, statement, statement.signatures, keys);
  }

  *#elected(statement: HandoverStatement, election: Election, at: string): Generator<string> {
    const { new: next, signatures } = statement;
    const key = parseVerifierKey(next);
    if (
      signatures.length !== 1 ||
      !signatures.every((one) => isHandoverSignedBy(this.#origin, statement, one, key))
    )
      yield `${at} is a handover by votes that the new key did not sign`;
    const before = this.#election;
    this.#election = election;
    const fault =
      this.#group === null
        ? 'group'
        : faultOfElection(this.#origin, statement, election, this.#group);
    if (fault !== null) yield `${at} is a handover by votes that do not count: ${WORDS[fault]}`;
    else if (before !== null && !isLaterTerm(election, before))
      yield `${at} is a handover by votes that do not count: ${WORDS.term}`;
    else if (!this.#isHeadOfLog(statement, election))
      yield `${at} is a handover that shows a head of another tree than the entries before it make`;
  }

  #isHeadOfLog(statement: HandoverStatement, { checkpoint }: Election): boolean {
    if (checkpoint === undefined) return true;
    const head = headOfOldKey(this.#origin, statement, checkpoint);
    return head !== null && this.#roots.get(head.size) === digestToHex(head.rootHash);
  }
}

const WORDS: Readonly<Record<ElectionFault, string>> = {
  group: 'they are not by the newest group that the log names before',
  term: 'they are for no later term than the one before',
  writer: 'the group does not let that node write',
  voters: 'one is of nobody in the group, or a second one of somebody',
  votes: 'they are fewer than the group asks for',
  head: 'the head that is shown with them is not one of the old key',
  signature: 'a signature does not hold',
};

/** Votes and all. */
function isSameElection(one: Election | undefined, other: Election | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(electionToJson(one)) === canonicalJson(electionToJson(other));
}
