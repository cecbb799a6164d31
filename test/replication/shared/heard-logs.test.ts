/** What peers say of logs is kept within bounds, whatever one of them says. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import { HeardLogs } from '../../../src/replication/shared/heard-logs.js';

const [A, B] = ['a', 'b'] as NodeId[] as [NodeId, NodeId];
const said = (origin: string, checkpoint: string): LogAnnouncement => ({
  ...{ origin, checkpoint, keys: [] },
});
const sizeOf = (one: LogAnnouncement): number => JSON.stringify(one).length;

it('keeps the newest word of each peer of each log', () => {
  const heard = new HeardLogs();
  heard.put(A, said('x', '1'));
  heard.put(A, said('x', '2'));
  heard.put(B, said('x', '3'));
  expect(heard.get(A, 'x')).toEqual(said('x', '2'));
  expect(heard.get(B, 'x')).toEqual(said('x', '3'));
  expect(heard.get(B, 'y')).toBeUndefined();
  heard.forget('x');
  expect([heard.get(A, 'x'), heard.get(B, 'x')]).toEqual([undefined, undefined]);
});

it('lets go what a peer said first where it has said too much, and nothing of another', () => {
  const words = ['x', 'y', 'z'].map((origin) => said(origin, '1'.repeat(50)));
  const heard = new HeardLogs(2 * sizeOf(words[0] ?? said('', '')));
  heard.put(B, said('x', 'b'));
  for (const word of words) heard.put(A, word);
  expect(heard.get(A, 'x')).toBeUndefined();
  expect([heard.get(A, 'y'), heard.get(A, 'z')]).toEqual(words.slice(1));
  expect(heard.get(B, 'x')).toEqual(said('x', 'b'));
  // Said again it is the newest.
  heard.put(A, words[1] ?? said('', ''));
  heard.put(A, words[0] ?? said('', ''));
  expect([heard.get(A, 'x'), heard.get(A, 'y'), heard.get(A, 'z')]).toEqual([
    ...[words[0], words[1], undefined],
  ]);
});

it('keeps of each peer no more than it may, and what it said last if that alone is not more', () => {
  const word = fc.record({
    from: fc.constantFrom(A, B),
    origin: fc.constantFrom('u', 'v', 'w', 'x'),
    length: fc.nat({ max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const [heard, most] = [new HeardLogs(400), 400];
      for (const { from, origin, length } of words) {
        const one = said(origin, '1'.repeat(length));
        heard.put(from, one);
        expect(heard.get(from, origin)).toBe(sizeOf(one) > most ? undefined : one);
        for (const peer of [A, B]) {
          const kept = ['u', 'v', 'w', 'x'].flatMap((name) => heard.get(peer, name) ?? []);
          expect(kept.reduce((sum, each) => sum + sizeOf(each), 0)).toBeLessThanOrEqual(most);
        }
      }
    }),
  );
});
