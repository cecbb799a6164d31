/** What a writer and its followers say again by number: what is taken for the same, what is not, and what a peer may send. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Again,
  formatAgain,
  MAX_AGAIN,
  MAX_AGAIN_BYTES,
  parseAgain,
} from '../../src/replication/group-again.js';
import type { GroupMessage } from '../../src/replication/group-message.js';
import { HeardBefore, SaidBefore } from '../../src/replication/group-repeats.js';
import type { Announce, Message, Receipt } from '../../src/replication/protocol/messages.js';
import type { NodeId, Term } from '../../src/replication/protocol/term.js';

const KYC = 'log.example/0011223344556677/kyc';
const AML = 'log.example/0011223344556677/aml';
const SELF = 'a'.repeat(64) as NodeId;
const OTHER = 'b'.repeat(64) as NodeId;
const term = (number: number): Term => ({ number, node: SELF });

function announce(more: Partial<Announce> = {}): Announce {
  const segments = [{ begins: 0, term: term(1) }];
  return { kind: 'announce', term: term(1), end: { length: 7, segments }, shown: 6, ...more };
}

function receipt(more: Partial<Receipt> = {}): Receipt {
  return { kind: 'receipt', term: term(1), length: 7, ...more };
}

function said(message: Message, origin = KYC): GroupMessage {
  return { from: OTHER, origin, message, signature: '' };
}

const written = (text: string): Uint8Array => Buffer.from(text);

describe('messages that say others again', () => {
  const numbers: fc.Arbitrary<Again> = fc
    .uniqueArray(fc.nat({ max: 300 }), { minLength: 1, maxLength: 200 })
    .map((all) => all.sort((a, b) => a - b));

  it('are read as they were written', () => {
    fc.assert(
      fc.property(numbers, (again) => {
        expect(parseAgain(formatAgain(again))).toEqual(again);
      }),
    );
  });

  it('hold as many as they may, and no more', () => {
    const most = Array.from({ length: MAX_AGAIN }, (_, at) => 2 ** 47 + 2 * at);
    expect(formatAgain(most).length).toBeLessThanOrEqual(MAX_AGAIN_BYTES);
    expect(parseAgain(formatAgain(most))).toEqual(most);
    expect(() => parseAgain(formatAgain([...most, 2 ** 48 - 1]))).toThrow('not of the form');
    const runs = `{"$v":1,"again":[[0,${MAX_AGAIN}],[9000,1]]}`;
    expect(() => parseAgain(written(runs))).toThrow('names too many');
  });

  it.each([
    ['nothing', ''],
    ['no numbers', '{"$v":1,"again":[]}'],
    ['a run of none', '{"$v":1,"again":[[3,0]]}'],
    ['a run without end', '{"$v":1,"again":[[3,900000000]]}'],
    ['a number below 0', '{"$v":1,"again":[[-1,2]]}'],
    ['half a number', '{"$v":1,"again":[[0.5,1]]}'],
    ['runs that meet', '{"$v":1,"again":[[3,2],[5,1]]}'],
    ['runs that overlap', '{"$v":1,"again":[[3,2],[4,1]]}'],
    ['runs that go back', '{"$v":1,"again":[[3,1],[1,1]]}'],
    ['another format', '{"$v":2,"again":[[3,1]]}'],
    ['another member', '{"$v":1,"again":[[3,1]],"more":1}'],
    ['another spelling', '{"$v":1, "again":[[3,1]]}'],
    ['deep nesting', '['.repeat(10_000)],
    ['too much', ' '.repeat(MAX_AGAIN_BYTES + 1)],
  ])('are refused that hold %s', (_, text) => {
    expect(() => parseAgain(written(text))).toThrow('a message that says others again');
  });
});

describe('what is said again by number', () => {
  it('is the same as before, and answered since', () => {
    const own = new SaidBefore();
    expect(own.isAgain(KYC, announce())).toBe(false);
    own.said(KYC, announce());
    own.said(AML, announce());
    // Whoever has not answered may not have heard it.
    expect(own.isAgain(KYC, announce())).toBe(false);
    own.answered(KYC);
    expect(own.isAgain(KYC, announce())).toBe(true);
    expect(own.take()).toEqual([[0]]);
    expect(own.take()).toEqual([]);
    // Whoever is slow to answer gets no more to read for it; who answers no more may have forgotten.
    for (let round = 1; round < 8; round++) expect(own.isAgain(KYC, announce())).toBe(true);
    expect(own.isAgain(KYC, announce())).toBe(false);
    own.take();
    own.answered(AML);
    own.answered(KYC);
    expect([own.isAgain(AML, announce()), own.isAgain(KYC, announce())]).toEqual([true, true]);
    expect(own.take()).toEqual([[0, 1]]);
  });

  it.each<[string, Message, Message]>([
    ['a block more', announce(), announce({ end: { ...announce().end, length: 8 } })],
    ['more that is shown', announce(), announce({ shown: 7 })],
    ['another term', announce(), announce({ term: term(2) })],
    [
      'blocks of another term',
      announce(),
      announce({ end: { length: 7, segments: [{ begins: 0, term: term(2) }] } }),
    ],
    ['a longer receipt', receipt(), receipt({ length: 8 })],
    ['a receipt in another term', receipt(), receipt({ term: term(2) })],
    ['a receipt behind an announcement', announce(), receipt()],
    ['a promise', { kind: 'elect', term: term(1) }, { kind: 'elect', term: term(1) }],
  ])('is not %s', (_, before, now) => {
    const own = new SaidBefore();
    own.said(KYC, before);
    own.answered(KYC);
    expect(own.isAgain(KYC, now)).toBe(false);
  });

  it('does not come behind what was said after it', () => {
    const own = new SaidBefore();
    own.said(KYC, receipt());
    own.answered(KYC);
    expect(own.isAgain(KYC, receipt())).toBe(true);
    own.said(KYC, { kind: 'refuse', promised: term(3) });
    expect(own.take()).toEqual([]);
    // Nor is it taken up again once something else was said.
    own.answered(KYC);
    expect(own.isAgain(KYC, receipt())).toBe(false);
  });

  it('goes in as many messages as it needs', () => {
    const own = new SaidBefore();
    const origins = Array.from({ length: MAX_AGAIN + 1 }, (_, at) => `${KYC}/${at}`);
    for (const origin of origins) own.said(origin, announce());
    for (const origin of origins) own.answered(origin);
    for (const origin of origins) own.isAgain(origin, announce());
    expect(own.take().map(({ length }) => length)).toEqual([MAX_AGAIN, 1]);
  });

  it('is what was heard last of its ledger, and of those alone that both keep', () => {
    const heard = new HeardBefore();
    heard.heard(said(announce()), true);
    heard.heard(said(announce(), AML), false);
    heard.heard(said({ kind: 'elect', term: term(1) }, AML), true);
    expect(heard.again([0, 1, 2, 99])).toEqual([said(announce())]);
    heard.heard(said(announce({ shown: 7 })), true);
    expect(heard.again([0, 3])).toEqual([said(announce({ shown: 7 }))]);
    // It speaks otherwise now, and what it said before holds no more.
    heard.heard(said({ kind: 'elect', term: term(2) }), true);
    expect(heard.again([0, 3, 4])).toEqual([]);
  });

  it('is numbered alike on both sides, whatever is said', () => {
    const message = fc.constantFrom<Message>(announce(), announce({ shown: 7 }), receipt(), {
      kind: 'elect',
      term: term(2),
    });
    const step = fc.record({ origin: fc.constantFrom(KYC, AML), message, answers: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [own, heard] = [new SaidBefore(), new HeardBefore()];
        const last = new Map<string, Message>();
        for (const { origin, message: now, answers } of steps) {
          if (own.isAgain(origin, now)) {
            expect(now).toEqual(last.get(origin));
            const numbers = own.take().flat();
            expect(heard.again(numbers)).toEqual([said(now, origin)]);
          } else {
            own.said(origin, now);
            heard.heard(said(now, origin), true);
          }
          last.set(origin, now);
          if (answers) own.answered(origin);
        }
      }),
    );
  });
});
