import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256Hex } from '../../src/base/hash.js';
import { formatStoredJson } from '../../src/base/stored-json.js';
import { type Allowance, TimeStampCounts } from '../../src/keys/time-stamp-counts.js';
import { rejection } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const DAY = 86_400_000;
const A = sha256Hex('http://a.example/');
const B = sha256Hex('http://b.example/');

let directory: string;
let clock: FakeClock;
let counts: TimeStampCounts;
beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = new FakeClock(Date.UTC(2026, 10, 29, 23, 59, 59));
  counts = await started();
});
afterEach(() => removeDirectory(directory));

async function started(files?: FaultyFiles): Promise<TimeStampCounts> {
  const opened = new TimeStampCounts(directory, clock, files);
  await opened.open();
  return opened;
}

const perDay = (n: number): Allowance => ({ perDay: n, perMonth: null });
const perMonth = (n: number): Allowance => ({ perDay: null, perMonth: n });

/** Takes as many as there are, but not more than so many. */
async function takeAll(authority: typeof A, allowance: Allowance, most = 100): Promise<number> {
  for (let taken = 0; taken < most; taken++)
    try {
      await counts.take(authority, allowance);
    } catch {
      return taken;
    }
  return most;
}

describe('the budget of a time-stamp authority', () => {
  it('is so many requests on one day of UTC', async () => {
    expect(counts.remaining(A, perDay(3))).toEqual({ left: 3, usedUpUntil: null });
    expect(await takeAll(A, perDay(3))).toBe(3);
    const midnight = Date.UTC(2026, 10, 30);
    expect(counts.remaining(A, perDay(3))).toEqual({ left: 0, usedUpUntil: midnight });
    const error = await rejection(counts.take(A, perDay(3)));
    expect(error).toMatchObject({ code: 'TIME_STAMP_BUDGET_USED', until: midnight });
    expect(error.message).toContain('no time-stamps before 2026-11-30T00:00:00.000Z');
    clock.advance(1_000);
    expect(await takeAll(A, perDay(3))).toBe(3);
  });

  it('is so many in one month, whatever is left of the day', async () => {
    expect(await takeAll(A, { perDay: 2, perMonth: 5 })).toBe(2);
    clock.advance(DAY);
    expect(await takeAll(A, { perDay: 9, perMonth: 5 })).toBe(3);
    const { usedUpUntil } = counts.remaining(A, { perDay: 9, perMonth: 5 });
    expect(usedUpUntil).toBe(Date.UTC(2026, 11, 1));
    clock.advance(DAY);
    expect(await takeAll(A, perMonth(5))).toBe(5);
    clock.advance(31 * DAY);
    expect(counts.remaining(A, perMonth(5)).left).toBe(5);
  });

  it('is one of each, and no less for what is asked at the same time', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 10 }, () => counts.take(A, perDay(4))),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await takeAll(B, perDay(2))).toBe(2);
  });

  it('is not filled by a restart, and is another where the setting is', async () => {
    expect(await takeAll(A, perMonth(3))).toBe(3);
    counts = await started();
    expect(await takeAll(A, perMonth(3))).toBe(0);
    expect(await takeAll(A, perMonth(5))).toBe(2);
    counts = await started();
    expect(counts.remaining(A, { perDay: 6, perMonth: 9 })).toEqual({ left: 1, usedUpUntil: null });
  });

  it('keeps nothing of months that are over', async () => {
    await counts.take(A, perDay(1));
    clock.advance(2 * DAY);
    await counts.take(B, perDay(1));
    const text = await readFile(join(directory, 'time-stamps.json'), 'utf8');
    expect([text.includes(A), text.includes(B)]).toEqual([false, true]);
  });
});

describe('the file of what was asked', () => {
  it('counts what was let go, after a power cut at any step', async () => {
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < 4; step++) {
        counts = await started();
        const { left: before } = counts.remaining(A, perMonth(100));
        await counts.take(A, perMonth(100));
        counts = await started(new FaultyFiles(step, fault));
        const error = await rejection(counts.take(A, perMonth(100)));
        expect(error.code).toBe('TIME_STAMP_BUDGET_UNKNOWN');
        counts = await started();
        const { left } = counts.remaining(A, perMonth(100));
        expect([before - 1, before - 2]).toContain(left);
      }
  });

  it('that cannot be read lets nothing go, and goes on when it is good again', async () => {
    await counts.take(A, perDay(5));
    const path = join(directory, 'time-stamps.json');
    const good = await readFile(path);
    const flipped = good.map((byte, at) => (at === 30 ? byte ^ 1 : byte));
    const odd = [{}, { asked: { x: {} } }, { asked: { [A]: { day: 'today' } } }];
    const damaged = odd.map((content) => formatStoredJson('time-stamps.json', content));
    for (const bytes of [flipped, good.subarray(1), ...damaged]) {
      await writeFile(path, bytes);
      counts = await started();
      expect(counts.remaining(A, perDay(5))).toEqual({ left: 0, usedUpUntil: null });
      const error = await rejection(counts.take(A, perDay(5)));
      expect(error).toMatchObject({ code: 'TIME_STAMP_BUDGET_UNKNOWN', until: null });
      expect(error.message).toContain('time-stamps.json');
    }
    await writeFile(path, good);
    counts = await started();
    expect(counts.remaining(A, perDay(5)).left).toBe(4);
  });
});
