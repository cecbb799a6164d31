/** What is made of a blind peer's word, without any. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../../src/base/brand.js';
import type { HeldElsewhere } from '../../../src/ledger/given-core.js';
import {
  type BlindLogStatus,
  type BlindPeerStatus,
  blindTroubles,
  BORNE_MILLIS,
} from '../../../src/replication/blind-peers/blind-peer-status.js';
import {
  behindSince,
  blocksIn,
  type KeptLog,
  lookedAt,
  type SeenCore,
} from '../../../src/replication/blind-peers/kept-log.js';
import { linkKey } from '../links/links-fixture.js';

const at = (millis: number): UnixMillis => millis as UnixMillis;
const held = (count: number, length = count, fork = 0): HeldElsewhere => ({
  ...{ held: count, length, fork },
});
const core = (length: number, there: HeldElsewhere | null, end = length): SeenCore => ({
  ...{ length, end, held: there },
});

describe('how far a blind peer is with a log', () => {
  it('is not known before it has opened the first Hypercore, and remembered when it is away', () => {
    const never = lookedAt(null, [core(5, null)], false, at(1));
    expect(never.received).toBeNull();
    const said = lookedAt(never, [core(5, held(3, 5))], false, at(2));
    expect(said.received).toBe(3);
    expect(lookedAt(said, [core(9, null)], false, at(3)).received).toBe(3);
  });

  it('goes on in the next Hypercore only once the one before it is there', () => {
    const two = (first: HeldElsewhere | null, second: HeldElsewhere | null): number | null =>
      lookedAt(null, [core(5, first), core(9, second)], false, at(1)).received;
    expect(two(held(5), held(7, 9))).toBe(7);
    expect(two(held(4, 5), held(9))).toBe(4);
    expect(two(held(5), null)).toBe(5);
    expect(two(null, held(9))).toBeNull();
  });

  it('leaves out what lies behind the end of a Hypercore that was handed over', () => {
    const ended = core(7, held(7), 5);
    expect(lookedAt(null, [ended, core(5, held(5))], false, at(1)).received).toBe(5);
    expect(blocksIn([ended, core(6, null)])).toBe(6);
    expect(blocksIn([core(5, null), core(0, null, 5)])).toBe(5);
  });

  it('is behind since the blocks were here that it lacks, not since it was level', () => {
    let known = lookedAt(null, [core(5, held(5))], false, at(10));
    expect(behindSince(known)).toBeNull();
    known = lookedAt(known, [core(6, held(5))], false, at(20));
    expect(behindSince(known)).toBe(20);
    // Six are what it has to reach, whatever comes behind them.
    known = lookedAt(known, [core(8, held(5, 8))], false, at(30));
    expect(behindSince(known)).toBe(20);
    known = lookedAt(known, [core(9, held(6, 9))], false, at(40));
    expect(behindSince(known)).toBe(40);
    // Let go of again.
    known = lookedAt(known, [core(9, held(9))], false, at(50));
    known = lookedAt(known, [core(9, held(0, 9))], false, at(60));
    expect([behindSince(known), known.received]).toEqual([50, 0]);
  });

  it('with more than is here, or with a cut, is an alarm that stays; of a shared log more is none', () => {
    const longer = lookedAt(null, [core(5, held(7))], false, at(1));
    expect(longer).toMatchObject({ longer: 7, isCut: false });
    const later = lookedAt(longer, [core(9, held(7, 9))], false, at(2));
    expect(later.longer).toBe(7);
    expect(lookedAt(null, [core(5, held(7))], true, at(1)).longer).toBeNull();
    const cut = lookedAt(later, [core(9, held(9, 9, 1))], true, at(3));
    expect(lookedAt(cut, [core(9, null)], true, at(4))).toMatchObject({ longer: 7, isCut: true });
  });

  it('is never said to be more than is here, nor behind what it has', () => {
    const looks = fc.array(fc.tuple(fc.nat(40), fc.option(fc.nat(40)), fc.nat(100)), {
      minLength: 1,
    });
    fc.assert(
      fc.property(looks, (all) => {
        let known: KeptLog | null = null;
        let length = 0;
        let now = 0;
        for (const [more, there, pause] of all) {
          length += more;
          now += pause;
          const said = there === null ? null : held(there);
          known = lookedAt(known, [core(length, said)], false, at(now));
          expect(known.received ?? 0).toBeLessThanOrEqual(length);
          expect(known.mark.at).toBeLessThanOrEqual(now);
          if (known.received === length) expect(behindSince(known)).toBeNull();
        }
      }),
    );
  });
});

const log: BlindLogStatus = {
  ...{ tenant: 'acme', ledger: 'kyc', origin: 'example.org/1/kyc', blocks: 9, received: 9 },
  ...{ behindSince: null, longer: null, isCut: false, isWithheld: false, hasConflict: false },
};
const peer: BlindPeerStatus = {
  ...{ name: 'vault', key: linkKey('vault'), country: null, state: 'linked', since: at(0) },
  ...{ bytesOut: 0, reconnects: 0, failures: 0, lastFailure: null, logs: [log] },
};

describe('what is wrong with a blind peer', () => {
  const kinds = (status: Partial<BlindPeerStatus>, now: number): string[] =>
    blindTroubles({ ...peer, ...status }, at(now)).map(({ kind }) => kind);

  it('is borne for a while: being away, or behind', () => {
    expect(kinds({ state: 'waiting' }, BORNE_MILLIS - 1)).toEqual([]);
    expect(kinds({ state: 'waiting' }, BORNE_MILLIS)).toEqual(['away']);
    const behind = [{ ...log, received: 3, behindSince: at(100) }];
    expect(kinds({ logs: behind }, BORNE_MILLIS + 99)).toEqual([]);
    expect(kinds({ logs: behind }, BORNE_MILLIS + 100)).toEqual(['behind']);
    // That it is behind needs no saying while it is away.
    expect(kinds({ logs: behind, state: 'dialling' }, 2 * BORNE_MILLIS)).toEqual(['away']);
  });

  it('is said at once where it has more, a cut, or may not have it', () => {
    const all = [{ ...log, longer: 12, isCut: true, isWithheld: true, hasConflict: true }];
    expect(kinds({ logs: all }, 0)).toEqual(['longer', 'cut', 'conflict', 'withheld']);
    const [first] = blindTroubles({ ...peer, logs: all }, at(0));
    expect(first?.text).toMatch(/^acme\/kyc: .* 12 blocks/);
  });
});
