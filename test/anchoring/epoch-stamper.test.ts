/** Time-stamps over the epoch log: what is stamped, how often, and that nothing waits for an authority. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import type { Logger } from '../../src/base/logger.js';
import { TimeStampError } from '../../src/keys/time-stamp-error.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import { isRefusal } from '../../src/signing/signature-report.js';
import { checkTimeStampToken, parseTimeStampToken } from '../../src/signing/time-stamp-token.js';
import { rejection } from '../support/errors.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  HOUR,
  openStampingLife,
  type StampingLife,
  type StampingOptions,
} from './stamping-life.js';

let root: string;
let life: StampingLife | null;
beforeEach(async () => {
  root = await temporaryDirectory();
  life = null;
});
afterEach(async () => {
  await life?.close();
  await removeDirectory(root);
});

async function open(options: StampingOptions = {}): Promise<StampingLife> {
  life = await openStampingLife(root, options);
  return life;
}

const down = new TimeStampError('TIME_STAMP_UNAVAILABLE', 'it is down');
const first = ({ node }: StampingLife) =>
  node.store.ledger(node.tenantNamed('default').handle, 'ledger-1');

function loggerOf(said: unknown[]): Logger {
  const say = (text: string, facts?: object): void => {
    said.push([text, facts]);
  };
  return { debug: say, info: say, warn: say, error: say } as unknown as Logger;
}

describe('the newest epoch', () => {
  it('is stamped as its signed note, which anybody is given, and covers every head before it', async () => {
    const one = await open();
    await one.epoch();
    await one.epoch();
    const { epochs } = one.node.epochs;
    const { newest, sizes } = one.stamps.store;
    expect(sizes).toEqual([2, 3]);
    expect(newest?.note).toBe(await epochs.checkpointAt(3 as TreeSize));
    const token = parseTimeStampToken(newest?.token ?? new Uint8Array());
    const genuine = checkTimeStampToken(
      token,
      utf8(newest?.note ?? ''),
      ALGORITHM_POLICY_2026_11,
      token.info.genTime,
    );
    expect(isRefusal(genuine)).toBe(false);
    expect(newest?.at).toBe(one.clock.now());
    expect(newest?.authority).toMatch(/DEVELOPMENT ONLY/);
    const { reader } = first(one);
    expect(one.stamps.sizeOf(reader.origin)).toBe(reader.head.size);
    expect(one.stamps.sizeOf('nobody.example/0000000000000000/none')).toBe(0);
  });

  it('is what the first stamp that covers an entry is of, unless the entry says that it is younger', async () => {
    const one = await open();
    await one.epoch();
    const at = one.clock.now();
    one.clock.advance(HOUR);
    await one.epoch();
    const { reader } = first(one);
    const index = 0 as LeafIndex;
    expect(await one.stamps.covering(reader, index, at)).toMatchObject({ stamp: { size: 2, at } });
    expect(await one.stamps.covering(reader, index, (at + 1) as UnixMillis)).toMatchObject({
      stamp: { size: 3 },
    });
    const later = (at + 2 * HOUR) as UnixMillis;
    expect(await one.stamps.covering(reader, index, later)).toBeNull();
    const unknown = reader.head.size as number as LeafIndex;
    expect(await one.stamps.covering(reader, unknown, at)).toBeNull();
  });

  it('is stamped once, and at most once in the interval; what waited is then stamped at once', async () => {
    const one = await open({ intervalMillis: HOUR });
    await one.epoch();
    await one.look();
    expect(one.authority.asked).toBe(1);
    one.clock.advance(HOUR - 1);
    await one.epoch();
    await one.epoch();
    expect(one.stamps.store.sizes).toEqual([2]);
    expect(one.stamper.status).toMatchObject({ size: 2, missed: 0, nextAt: one.clock.now() + 1 });
    one.clock.advance(1);
    await one.look();
    expect(one.stamps.store.sizes).toEqual([2, 4]);
    expect(one.authority.asked).toBe(2);
  });

  it('is stamped where the clock was set back by more than clocks differ', async () => {
    const one = await open({ intervalMillis: HOUR });
    one.clock.advance(1_000 * HOUR);
    await one.epoch();
    one.clock.advance(-1_000 * HOUR);
    await one.epoch();
    expect(one.stamps.store.sizes).toEqual([2, 3]);
  });
});

describe('a restart', () => {
  it('finds the stamps, what they cover and when the next is due', async () => {
    const one = await open({ intervalMillis: HOUR });
    await one.epoch();
    const { reader } = first(one);
    const again = await one.reopened({ intervalMillis: HOUR });
    expect(again.stamper.status).toEqual(one.stamper.status);
    expect(again.stamps.sizeOf(reader.origin)).toBe(reader.head.size);
    await again.epoch();
    expect(again.stamps.store.sizes).toEqual([2]);
    one.clock.advance(HOUR);
    await again.look();
    const last = await one.reopened();
    expect(last.stamps.store.sizes).toEqual([2, 3]);
    expect(await last.stamps.store.read(2 as TreeSize)).toMatchObject({ size: 2 });
  });

  it('does not begin with a stamp that is not what was written, and names it', async () => {
    const one = await open();
    await one.epoch();
    const { handle } = one.node.epochs.epochs;
    const path = join(one.dataDirectory, 'stamps', handle, '000000000002.json');
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const error = await rejection(one.reopened());
    expect(error.code).toBe('ANCHOR_STATE_INVALID');
    expect(error.message).toMatch(
      new RegExp(`^stamps/${handle}/000000000002.json is not what was written`),
    );
  });
});

describe('an outage of 72 hours', () => {
  it('refuses no epoch, asks ever less often, and one stamp is enough for all of it', async () => {
    const said: unknown[] = [];
    const one = await open({ intervalMillis: HOUR, logger: loggerOf(said) });
    await one.epoch();
    one.authority.failure = down;
    let now = one;
    for (let tenth = 1; tenth <= 72 * 6; tenth++) {
      one.clock.advance(HOUR / 6);
      if (tenth % 48 === 0) await now.epoch();
      else await now.look();
      if (tenth === 216) now = await one.reopened({ intervalMillis: HOUR });
    }
    const { head } = now.node.epochs.epochs;
    expect(head.size).toBe(2 + 9);
    expect(now.stamper.status).toMatchObject({ size: 2, failure: 'TIME_STAMP_UNAVAILABLE' });
    expect(now.stamper.status.missed).toBeGreaterThan(30);
    expect(one.authority.asked).toBeLessThan(90);
    expect(said.length).toBeLessThan(50);
    one.authority.failure = null;
    one.clock.advance(HOUR);
    await now.look();
    expect(now.stamps.store.sizes).toEqual([2, head.size]);
    expect(now.stamper.status).toMatchObject({ missed: 0, failure: null });
    for (const { reader } of now.node.store.allLedgers().slice(-9))
      expect(now.stamps.sizeOf(reader.origin)).toBe(reader.head.size);
  });

  it('asks nobody whose budget is used up before it is not', async () => {
    const one = await open();
    const until = (one.clock.now() + 30 * HOUR) as UnixMillis;
    one.authority.failure = new TimeStampError('TIME_STAMP_BUDGET_USED', 'none left', { until });
    await one.epoch();
    one.authority.failure = null;
    for (let hour = 0; hour < 29; hour++) {
      one.clock.advance(HOUR);
      await one.look();
    }
    expect(one.stamper.status).toMatchObject({ missed: 1, nextAt: until });
    expect(one.authority.asked).toBe(1);
    one.clock.advance(HOUR);
    await one.look();
    expect(one.stamper.status).toMatchObject({ size: 2, missed: 0 });
  });
});

describe('what an authority gives', () => {
  it('is not kept where it is over something else', async () => {
    const one = await open();
    one.authority.isLying = true;
    await one.epoch();
    expect(one.stamps.store.sizes).toEqual([]);
    expect(one.stamper.status).toMatchObject({ size: 0, failure: 'TIME_STAMP_UNUSABLE' });
  });

  it('is asked for no longer once the node stops', async () => {
    const one = await open();
    await one.stamper.stop();
    await one.epoch();
    expect(one.authority.asked).toBe(0);
  });
});

describe('a power cut at any step of keeping one', () => {
  it('leaves the stamps of before or that one too, and the next is made', async () => {
    const one = await open();
    await one.epoch();
    const counting = new FaultyFiles();
    const counted = await one.reopened({ files: counting });
    await counted.epoch();
    const steps = counting.steps.length;
    expect(steps).toBeGreaterThan(4);
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < steps; step++) {
        const sizes = (await one.reopened()).stamps.store.sizes;
        const cut = await one.reopened({ files: new FaultyFiles(step, fault) });
        await cut.epoch();
        expect(cut.stamper.status).toMatchObject({ size: sizes.at(-1), missed: 1 });
        const again = await one.reopened();
        const found = again.stamps.store.sizes;
        expect(found.slice(0, sizes.length)).toEqual(sizes);
        expect(found.length - sizes.length).toBeLessThanOrEqual(1);
        await again.look();
        expect(again.stamper.status.size).toBe(again.node.epochs.epochs.head.size);
      }
  });
});
