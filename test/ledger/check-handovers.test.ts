/** `fsck` of changes of keys by votes: what the entries of a log say is held against the group that they name, and the catalog. */
import { expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import type { LogDescriptor } from '../../src/ledger/catalog.js';
import { HandoverWalk } from '../../src/ledger/internal/check-handovers.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import type { HandoverStatement } from '../../src/records/statement.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { EMPTY_EDGE, extend } from '../../src/tlog/tile-tree.js';
import {
  electedStatements,
  type ElectedPlan,
  GROUPS,
  HANDOVERS,
  KEYS,
  ORIGIN,
} from '../evidence/support/elected-log.js';
import { at } from '../evidence/support/synthetic-tree.js';

function handoverAt(statements: readonly Uint8Array[], index: number): HandoverStatement {
  const said = parseStatement(at(statements, index));
  if (said.kind !== 'handover') throw new Error('that is no handover');
  return said;
}

/** As the catalog has it of a log with such entries. */
function descriptorOf(statements: readonly Uint8Array[]): LogDescriptor {
  const hex = '0'.repeat(64);
  const before = HANDOVERS.map((index) => {
    const { election, old, rootHash, signatures, size } = handoverAt(statements, index);
    if (election === undefined) throw new Error('that is no election');
    const votes = election.votes.map((vote) => ({ ...vote }));
    return {
      ...{ checkpoint: '', corePublicKey: hex, election: { ...election, votes }, length: size },
      ...{ rootHash, signatures: [...signatures], size, treeHash: hex, verifierKey: old },
    };
  });
  return {
    ...{ before, corePublicKey: hex, elsewhere: true, handle: '0'.repeat(16), number: 0 },
    ...{ origin: ORIGIN, shared: true, verifierKey: at(KEYS, 3).text },
  };
}

function problems(
  statements: readonly Uint8Array[],
  descriptor = descriptorOf(statements),
): readonly string[] {
  const walk = new HandoverWalk(descriptor);
  return statements.flatMap((bytes, index) => [
    ...walk.take(parseStatement(bytes), index as LeafIndex, () =>
      index === 0 ? EMPTY_EDGE : extend(EMPTY_EDGE, statements.slice(0, index).map(leafHash)).edge,
    ),
  ]);
}

it('finds nothing wrong with elections that count, whichever heads they show', () => {
  expect(problems(electedStatements())).toEqual([]);
  for (const sizes of [
    [4, 8, 10],
    [1, null, 9],
  ])
    expect(problems(electedStatements({ headSize: (number) => at(sizes, number) }))).toEqual([]);
});

const VOTES = 'is a handover by votes that do not count';

const WRONG: readonly (readonly [string, Partial<ElectedPlan>, string])[] = [
  [
    'too few votes',
    { voters: (number) => at([[1, 2], [2], [1, 2]], number) },
    `entry 8 ${VOTES}: they are fewer`,
  ],
  [
    'a vote of somebody who has left',
    {
      voters: (number) =>
        at(
          [
            [1, 2],
            [0, 2],
            [1, 2],
          ],
          number,
        ),
    },
    `entry 8 ${VOTES}: one is of nobody in the group`,
  ],
  [
    'a node that may not write',
    { node: (number) => at([2, 2, 1], number) },
    `entry 4 ${VOTES}: the group does not let`,
  ],
  [
    'a vote that is not signed',
    {
      election: (election, number) =>
        number === 2
          ? { ...election, votes: election.votes.map((vote) => ({ ...vote, length: 1 })) }
          : election,
    },
    `entry 10 ${VOTES}: a signature does not hold`,
  ],
  [
    'an older group',
    {
      chosen: (chosen, number) => (number === 2 ? { ...chosen, group: GROUPS[0] } : chosen),
      voters: (number) =>
        at(
          [
            [1, 2],
            [2, 3],
            [0, 1],
          ],
          number,
        ),
    },
    `entry 10 ${VOTES}: they are not by the newest group`,
  ],
  [
    'a term that is over',
    { number: (number) => at([2, 4, 3], number) },
    `entry 10 ${VOTES}: they are for no later term`,
  ],
  [
    'a head by the new key',
    { headBy: (number) => at(KEYS, number + 1) },
    `entry 4 ${VOTES}: the head that is shown`,
  ],
  [
    'a head of another history',
    {
      headOver: (before, number) => (number === 1 ? [at(before, 1), ...before.slice(1)] : before),
      headSize: (number) => at([3, 7, null], number),
    },
    'entry 8 is a handover that shows a head of another tree',
  ],
  [
    'another size',
    { terms: (terms, number) => (number === 2 ? { ...terms, size: 9 } : terms) },
    'entry 10 is a handover',
  ],
  [
    'another tree',
    {
      terms: (terms, number) =>
        number === 2 ? { ...terms, rootHash: 'a'.repeat(64) as never } : terms,
    },
    'entry 10 is a handover of another tree',
  ],
  [
    'a signature by the old key for the new one',
    { signedBy: (number) => [at(KEYS, number)] },
    'entry 4 is a handover by votes that the new key did not sign',
  ],
];

it.each(WRONG)('finds %s', (_, bends, problem) => {
  expect(problems(electedStatements(bends))).toContainEqual(expect.stringContaining(problem));
});

it('finds another election in the catalog than in the log', () => {
  const statements = electedStatements();
  const { before = [], ...log } = descriptorOf(statements);
  const [first, ...others] = before;
  if (first?.election === undefined) throw new Error('the first is an election');
  const [vote] = first.election.votes;
  if (vote === undefined) throw new Error('an election has votes');
  const altered = { ...first, election: { ...first.election, votes: [vote] } };
  const said = problems(statements, { ...log, before: [altered, ...others] });
  expect(said).toEqual(['entry 4 is a handover by another election than the catalog names']);
});
