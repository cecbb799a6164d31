import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonValue } from '../../src/base/canonical-json.js';
import {
  formatGroupMessage,
  MAX_GROUP_MESSAGE_BYTES,
  parseGroupMessage,
  signGroupMessage,
} from '../../src/replication/group-message.js';
import { type Group, majorities } from '../../src/replication/protocol/group.js';
import type { LogEnd } from '../../src/replication/protocol/log-end.js';
import type { Message } from '../../src/replication/protocol/messages.js';
import { NO_TERM, type NodeId, type Term } from '../../src/replication/protocol/term.js';
import { ed25519Key } from '../../src/tlog/ed25519.js';

const KEYS = [1, 2, 3].map((seed) => ed25519Key(new Uint8Array(32).fill(seed)));
const NODES = KEYS.map(({ publicKey }) => toHex(publicKey) as NodeId);
const [SELF, OTHER] = NODES as [NodeId, NodeId];
const ORIGIN = 'log.example/0011223344556677/kyc';

const node = fc.constantFrom(...NODES);
const term: fc.Arbitrary<Term> = fc.record({ number: fc.integer({ min: 1, max: 2 ** 40 }), node });
const end: fc.Arbitrary<LogEnd> = fc
  .array(
    fc.record({
      adds: fc.integer({ min: 1, max: 9 }),
      later: fc.integer({ min: 1, max: 5 }),
      node,
    }),
    { maxLength: 5 },
  )
  .map((makings) => {
    let [length, number] = [0, 0];
    const segments = makings.map(({ adds, later, node: by }) => {
      const segment = { begins: length, term: { number: (number += later), node: by } };
      length += adds;
      return segment;
    });
    return { segments, length };
  });
const group: fc.Arbitrary<Group> = fc.integer({ min: 1, max: 3 }).map((members) => ({
  members: NODES.slice(0, members).map((one, at) => ({
    ...{ node: one, site: `site ${at}`, hasData: true, mayWrite: at === 0 },
  })),
  ...{ sites: 1, ...majorities(members) },
}));
const groups = fc.array(group, { maxLength: 2 });
const own = fc.integer({ min: 1, max: 99 }).map((number) => ({ number, node: SELF }));
const count = fc.nat();
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ kind: fc.constant('announce' as const), end, shown: count, term: own }),
  fc.record({ kind: fc.constant('receipt' as const), length: count, term }),
  fc.record({ kind: fc.constant('ask' as const), isRecovering: fc.boolean(), term: own }),
  fc.record({ kind: fc.constant('willing' as const), end, groups, term }),
  fc.record({ kind: fc.constant('elect' as const), term: own }),
  fc.record({ kind: fc.constant('vote' as const), end, groups, term }),
  fc.record({
    kind: fc.constant('refuse' as const),
    promised: term,
  }),
  fc.record({ kind: fc.constant('yield' as const), term }),
);

function signed(said: Message, origin = ORIGIN): Uint8Array {
  return formatGroupMessage(
    signGroupMessage({ from: SELF, origin, message: said }, (bytes) => {
      const [key] = KEYS;
      if (key === undefined) throw new Error('no key');
      return key.sign(bytes);
    }),
  );
}

describe('messages of a group', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(message, (said) => {
        const read = parseGroupMessage(signed(said));
        expect(read).toMatchObject({ from: SELF, origin: ORIGIN });
        expect(read.message).toEqual(said);
      }),
    );
  });

  it('are refused with any byte changed', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (said, at, by) => {
        const bytes = signed(said);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ by;
        expect(() => parseGroupMessage(bytes)).toThrow('a message of a group');
      }),
      { numRuns: 500 },
    );
  });

  it('are refused where they are not written as one is', () => {
    const bytes = signed({ kind: 'elect', term: { number: 1, node: SELF } });
    const spaced = Buffer.from(bytes).toString().replace('{', '{ ');
    expect(() => parseGroupMessage(Buffer.from(spaced))).toThrow('not written as one is');
  });

  const segments = (...begins: [number, number][]): LogEnd['segments'] =>
    begins.map(([number, at]) => ({ begins: at, term: { number, node: OTHER } }));
  const TERM = { number: 7, node: OTHER };
  it.each<[string, unknown]>([
    ['a term of somebody else', { kind: 'elect', term: TERM }],
    ['a term beyond all', { kind: 'yield', term: { number: 2 ** 41, node: OTHER } }],
    ['a term of nobody', { kind: 'yield', term: NO_TERM }],
    ['a node that is no key', { kind: 'yield', term: { number: 1, node: 'n1' } }],
    ['a length below nothing', { kind: 'receipt', length: -1, term: TERM }],
    [
      'blocks of no term',
      { kind: 'vote', end: { length: 3, segments: [] }, groups: [], term: TERM },
    ],
    [
      'a segment without a block',
      {
        kind: 'vote',
        end: { length: 3, segments: segments([1, 0], [2, 3]) },
        groups: [],
        term: TERM,
      },
    ],
    [
      'terms that go back',
      {
        kind: 'vote',
        end: { length: 3, segments: segments([2, 0], [1, 1]) },
        groups: [],
        term: TERM,
      },
    ],
    [
      'a hole at the beginning',
      { kind: 'vote', end: { length: 3, segments: segments([2, 1]) }, groups: [], term: TERM },
    ],
    [
      'a group with a fault',
      {
        kind: 'vote',
        end: { length: 0, segments: [] },
        groups: [
          {
            members: [{ hasData: true, mayWrite: true, node: OTHER, site: 'x' }],
            sites: 1,
            voteQuorum: 1,
            writeQuorum: 2,
          },
        ],
        term: TERM,
      },
    ],
    ['another member', { kind: 'yield', more: 1, term: TERM }],
    ['another kind', { kind: 'resign', term: TERM }],
  ])('are refused that have %s', (_, said) => {
    expect(() => parseGroupMessage(signed(said as Message))).toThrow('a message of a group');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no JSON', Buffer.from('{')],
    ['deep nesting', Buffer.from('['.repeat(10_000))],
    ['too much', new Uint8Array(MAX_GROUP_MESSAGE_BYTES + 1)],
    ['a list', canonicalJsonBytes([] as JsonValue)],
  ])('are refused that are %s', (_, bytes) => {
    expect(() => parseGroupMessage(bytes)).toThrow('a message of a group');
  });

  it('do not hold for another ledger', () => {
    const text = Buffer.from(signed({ kind: 'elect', term: { number: 1, node: SELF } })).toString();
    expect(() => parseGroupMessage(Buffer.from(text.replace('/kyc', '/aml')))).toThrow(
      'its signature does not hold',
    );
  });
});
