/**
 * Evidence of a log that three nodes wrote in turn, by votes, with a change of the group between: made from pure parts, and every
 * step of it can be bent, so that tests have what a dishonest node with its keys could make.
 */
import type { LeafIndex, TreeSize } from '../../../src/base/brand.js';
import { toHex } from '../../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import type { ProvedGroup, ProvedStatement } from '../../../src/evidence/evidence-file.js';
import { formatEvidence } from '../../../src/evidence/format-evidence.js';
import { keyPairOf, signDetached } from '../../../src/keys/key-pair.js';
import {
  formatStatement,
  type GroupStatement,
  type Statement,
} from '../../../src/records/statement.js';
import { signCheckpoint } from '../../../src/tlog/checkpoint.js';
import { type Election, signElection, signVote } from '../../../src/tlog/election.js';
import { type HandoverTerms, signHandover } from '../../../src/tlog/handover.js';
import { noteSigner } from '../../../src/tlog/signed-note.js';
import { minutes } from './plan.js';
import { fillerStatement } from './synthetic-entries.js';
import { derived, namedKey, type NamedKey } from './synthetic-keys.js';
import { at, treeOver } from './synthetic-tree.js';

const TENANT = toHex(derived('shared tenant', 8));
export const ORIGIN = `log.example/${TENANT}/kyc`;
export const RECOVERY = namedKey(`log.example/${TENANT}`, 'shared recovery');
/** Of the log, in their order. */
export const KEYS: readonly NamedKey[] = [0, 1, 2, 3].map((n) => namedKey(ORIGIN, `shared ${n}`));

/** Where the groups stand: by the first key, and by the second. */
export const GROUPS = [2, 6] as const;
/** The third is by the second group as well, and its node had no head of the key before. */
export const HANDOVERS = [4, 8, 10] as const;
export const SIZE = 12;

const PAIRS = [1, 2, 3, 4, 5].map((seed) => keyPairOf(new Uint8Array(32).fill(seed)));
/** Receipt keys; the last is in no group. */
export const NODES = PAIRS.map(({ publicKey }) => toHex(publicKey) as HexDigest);

export interface ElectedPlan {
  readonly group: (group: GroupStatement) => GroupStatement;
  /** Which nodes voted for which, before that is signed; positions in `NODES`. */
  readonly voters: (number: number) => readonly number[];
  readonly node: (number: number) => number;
  /** Of the term. */
  readonly number: (number: number) => number;
  readonly terms: (terms: HandoverTerms, number: number) => HandoverTerms;
  /** Before the node that was chosen signs it. */
  readonly chosen: (
    chosen: Omit<Election, 'signature'>,
    number: number,
  ) => Omit<Election, 'signature'>;
  readonly election: (election: Election, number: number) => Election;
  /** Signs the head that an election shows. */
  readonly headBy: (number: number) => NamedKey;
  readonly headSize: (number: number) => number | null;
  /** Entries that the head is over. */
  readonly headOver: (before: readonly Uint8Array[], number: number) => readonly Uint8Array[];
  readonly signedBy: (number: number) => readonly NamedKey[];
  readonly groups: (groups: readonly ProvedGroup[]) => readonly ProvedGroup[];
}

const HONEST: ElectedPlan = {
  group: (group) => group,
  voters: (number) =>
    at(
      [
        [1, 2],
        [2, 3],
        [1, 2],
      ],
      number,
    ),
  node: (number) => at([1, 2, 1], number),
  number: (number) => number + 2,
  terms: (terms) => terms,
  chosen: (chosen) => chosen,
  election: (election) => election,
  headBy: (number) => at(KEYS, number),
  headSize: (number) => at([3, 8, null], number),
  headOver: (before) => before,
  signedBy: (number) => [at(KEYS, number + 1)],
  groups: (groups) => groups,
};

export function electedStatements(bends: Partial<ElectedPlan> = {}): readonly Uint8Array[] {
  const made = { ...HONEST, ...bends };
  const statements: Uint8Array[] = [];
  for (let index = 0; index < SIZE; index++) statements.push(statementAt(index, made, statements));
  return statements;
}

/** Of the last entry. */
export function electedEvidence(bends: Partial<ElectedPlan> = {}): Uint8Array {
  const made = { ...HONEST, ...bends };
  const statements = electedStatements(bends);
  const tree = treeOver(statements);
  const prove = (index: number): ProvedStatement => ({
    inclusion: tree.inclusion(index, SIZE),
    statement: at(statements, index),
  });
  const groups = GROUPS.map((index, n): ProvedGroup => {
    const size = made.headSize(n) ?? at(HANDOVERS, n);
    const shown = treeOver(made.headOver(statements.slice(0, at(HANDOVERS, n)), n));
    return {
      consistency: tree.consistency(size, SIZE),
      inclusion: index < size ? shown.inclusion(index, size) : [],
      statement: at(statements, index),
    };
  });
  const key = at(KEYS, 3);
  const head = {
    origin: ORIGIN,
    size: SIZE as TreeSize,
    rootHash: tree.root(SIZE),
    extensions: [],
  };
  return formatEvidence({
    entry: prove(SIZE - 1),
    log: {
      checkpoint: signCheckpoint(head, noteSigner(key.key, key.sign)),
      first: prove(0),
      handovers: HANDOVERS.map(prove),
      groups: made.groups(groups),
    },
  });
}

function statementAt(index: number, made: ElectedPlan, before: readonly Uint8Array[]): Uint8Array {
  const place = { index: index as LeafIndex, recordedAt: minutes(index) };
  if (index === 0) {
    const keys = { recoveryKey: RECOVERY.text, verifierKey: at(KEYS, 0).text };
    return formatStatement({ kind: 'ledger', ...place, origin: ORIGIN, ...keys });
  }
  const group = GROUPS.findIndex((one) => one === index);
  if (group !== -1) return formatStatement(made.group(groupOf(group, place)));
  const handover = HANDOVERS.findIndex((one) => one === index);
  if (handover !== -1) return formatStatement(electedAt(handover, place, made, before));
  return fillerStatement('shared', index, place.recordedAt);
}

/** Of the first three; then of the second to the fourth. The third node may not write in the first. */
function groupOf(
  number: number,
  place: Pick<GroupStatement, 'index' | 'recordedAt'>,
): GroupStatement {
  const nodes = NODES.slice(number, number + 3);
  const members = nodes
    .map((node, n) => ({ hasData: true, mayWrite: number > 0 || n < 2, node, site: `s-${n}` }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
  const term = { node: at(NODES, number), number: number + 1 };
  const quorums = { sites: 1, voteQuorum: 2, writeQuorum: 2 };
  return { kind: 'group', ...place, members, term, ...quorums };
}

function electedAt(
  number: number,
  place: Pick<GroupStatement, 'index' | 'recordedAt'>,
  made: ElectedPlan,
  before: readonly Uint8Array[],
): Statement {
  const terms = made.terms(
    {
      new: at(KEYS, number + 1).text,
      old: at(KEYS, number).text,
      rootHash: digestToHex(treeOver(before).root(before.length)),
      size: before.length,
    },
    number,
  );
  const node = made.node(number);
  const term = { node: at(NODES, node), number: made.number(number) };
  const had = { length: before.length, lastTerm: { node: at(NODES, 0), number: number + 1 } };
  const votes = made
    .voters(number)
    .map((voter) => signVote(ORIGIN, term, at(NODES, voter), had, signer(voter)));
  const size = made.headSize(number);
  const checkpoint = size === null ? null : headOf(number, size, made, before);
  const chosen = {
    ...(checkpoint !== null && { checkpoint }),
    ...term,
    group: at([...GROUPS, GROUPS[1]], number),
    votes,
  };
  const signed = signElection(ORIGIN, terms, made.chosen(chosen, number), signer(node));
  const signatures = made
    .signedBy(number)
    .map(({ text, sign }) => signHandover(ORIGIN, terms, text, sign));
  const election = made.election(signed, number);
  return { kind: 'handover', ...place, ...terms, signatures, election };
}

function headOf(
  number: number,
  size: number,
  made: ElectedPlan,
  before: readonly Uint8Array[],
): string {
  const { key, sign } = made.headBy(number);
  const rootHash = treeOver(made.headOver(before, number)).root(size);
  const head = { origin: ORIGIN, size: size as TreeSize, rootHash, extensions: [] };
  return signCheckpoint(head, noteSigner(key, sign));
}

function signer(node: number) {
  return (bytes: Uint8Array): Uint8Array => signDetached(at(PAIRS, node), bytes);
}
