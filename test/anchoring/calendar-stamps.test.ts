import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CalendarRounds } from '../../src/anchoring/calendar-rounds.js';
import { isInBlock } from '../../src/anchoring/calendar-stamp.js';
import { CalendarStamps, type CalendarStampsOptions } from '../../src/anchoring/calendar-stamps.js';
import { CalendarStore } from '../../src/anchoring/calendar-store.js';
import { type Calendar, placeOf } from '../../src/anchoring/calendar.js';
import type { TreeSize } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { silentLogger } from '../../src/base/logger.js';
import { Secret } from '../../src/base/secret.js';
import { promisesOf } from '../../src/evidence/opentimestamps/timestamp-tree.js';
import { outbound } from '../../src/keys/outbound.js';
import { FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { CalendarDouble } from './calendar-double.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let root: string;
let opened: TestNode;
let calendars: CalendarDouble[];
beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  calendars = await Promise.all([1, 2, 3].map(() => CalendarDouble.open()));
});
afterEach(async () => {
  for (const calendar of calendars) await calendar.close();
  await opened.close();
  await removeDirectory(root);
});

function calendarOf({ url, port }: CalendarDouble, more: Partial<Calendar> = {}): Calendar {
  const host = { kind: 'exact', host: '127.0.0.1', port, isInternal: true } as const;
  return { url, host, promises: [], ...more };
}

const folder = (): string => join(root, 'stamps');

async function openStamps(
  asked: readonly Calendar[] = calendars.map((one) => calendarOf(one)),
  more: Partial<CalendarStampsOptions> = {},
): Promise<CalendarStamps> {
  const { node, clock, random } = opened;
  const send = outbound({
    hosts: asked.flatMap(({ host, promises }) => [host, ...promises]),
    ...{ timeoutMillis: 5_000, idleMillis: 5_000, perHost: 4 },
  });
  return new CalendarStamps({
    epochs: node.epochs.epochs,
    store: await CalendarStore.open(folder()),
    rounds: new CalendarRounds({ calendars: asked, send, clock }),
    ...{ wanted: 2, asked: asked.length, intervalMillis: 10 * MINUTE, clock, random },
    logger: silentLogger,
    ...more,
  });
}

let made = 0;
/** @returns the size of the epoch log with it. */
async function makeEpoch(): Promise<number> {
  const { node } = opened;
  await node.store.createLedger(node.tenantNamed('default'), `ledger-${made++}`);
  return (await node.anchorNow()).epochSize;
}

async function ask(stamps: CalendarStamps): Promise<CalendarStamps['status']> {
  stamps.begin();
  await stamps.idle();
  return stamps.status;
}

describe('roots of the epoch log', () => {
  it('are taken by all calendars, kept over a restart, and settled with their blocks', async () => {
    const size = await makeEpoch();
    const stamps = await openStamps();
    expect(await ask(stamps)).toMatchObject({ stampedSize: size, confirmedSize: 0, open: 1 });
    expect(await readdir(folder())).toEqual([`pending.${String(size).padStart(12, '0')}.json`]);
    const [first, second] = calendars;
    first?.mine(700_000);

    const again = await openStamps();
    expect(await ask(again)).toMatchObject({ confirmedSize: size, open: 1, missed: 0 });
    const half = await again.read(size as TreeSize);
    expect(isInBlock(half)).toBe(true);
    const promises = promisesOf(half.file.timestamp, half.file.digest);
    expect(promises.map(({ isKept }) => isKept).sort()).toEqual([false, false, true]);
    // The message where the promise stands, as public calendars have it.
    expect(promises[0]?.commitment).toHaveLength(44);

    second?.mine(700_001);
    calendars[2]?.mine(700_001);
    opened.clock.advance(9 * MINUTE);
    expect(await ask(again)).toMatchObject({ open: 1 });
    opened.clock.advance(MINUTE);
    expect(await ask(again)).toMatchObject({ open: 0, confirmedSize: size });
    expect(await readdir(folder())).toEqual([`${String(size).padStart(12, '0')}.json`]);
    const { file } = await (await openStamps()).read(size as TreeSize);
    const log = opened.node.epochs.epochs;
    expect(toHex(file.digest)).toBe(toHex(await log.rootAt(size as TreeSize)));
    // None was shown the root.
    const posted = calendars.flatMap(({ asked }) => asked.map(({ url }) => url));
    expect(posted.filter((url) => url === '/digest')).toHaveLength(3);
  });

  it('are sent no more often than the interval, and the newest says all', async () => {
    await makeEpoch();
    const stamps = await openStamps();
    await ask(stamps);
    const later = await makeEpoch();
    opened.clock.advance(10 * MINUTE - 1);
    expect((await ask(stamps)).stampedSize).toBeLessThan(later);
    opened.clock.advance(1);
    expect((await ask(stamps)).stampedSize).toBe(later);
  });

  it('that too few take are an alarm, and offered again to those who did not', async () => {
    const size = await makeEpoch();
    const [first, second, third] = calendars;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    second.isDown = true;
    third.isDown = true;
    const stamps = await openStamps();
    expect(await ask(stamps)).toMatchObject({ stampedSize: 0, missed: 1, alarms: ['missed'] });
    second.isDown = false;
    third.isDown = false;
    // They rest for a while first.
    expect((await ask(stamps)).failures.map(({ code }) => code)).toEqual([
      'CALENDAR_RESTING',
      'CALENDAR_RESTING',
    ]);
    opened.clock.advance(MINUTE);
    expect(await ask(stamps)).toMatchObject({ stampedSize: size, missed: 0, alarms: [] });
    const { took, file } = await stamps.read(size as TreeSize);
    expect(took).toHaveLength(3);
    expect(file.timestamp.branches).toHaveLength(1);
    expect(first.asked.filter(({ url }) => url === '/digest')).toHaveLength(1);
  });

  it('of which nobody keeps a promise are an alarm after two days, and let go after 14', async () => {
    await makeEpoch();
    const stamps = await openStamps();
    await ask(stamps);
    opened.clock.advance(2 * DAY + 1);
    expect(await ask(stamps)).toMatchObject({ open: 1, alarms: ['overdue'], lapsed: 0 });
    opened.clock.advance(12 * DAY);
    expect(await ask(stamps)).toMatchObject({ open: 0, lapsed: 1 });
    expect(await readdir(folder())).toEqual([]);
  });

  it('are as they were, or as they came to be, whichever step of keeping them fails', async () => {
    const size = (await makeEpoch()) as TreeSize;
    const life = async (files?: FaultyFiles): Promise<CalendarStamps['status']> => {
      const stamps = await openStamps(undefined, {
        store: await CalendarStore.open(folder(), files),
      });
      await ask(stamps);
      for (const calendar of calendars) calendar.mine(700_000);
      opened.clock.advance(10 * MINUTE);
      return ask(stamps);
    };
    const sound = new FaultyFiles();
    expect(await life(sound)).toMatchObject({ open: 0, confirmedSize: size });
    const { steps } = sound;
    expect(steps.length).toBeGreaterThan(10);
    for (const failAt of steps.keys())
      for (const fault of ['before', 'torn', 'after'] as const) {
        await removeDirectory(folder());
        await life(new FaultyFiles(failAt, fault)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(PowerCut);
        });
        // What was promised is nowhere else: there is one of the two files from the first on.
        const wasKept = steps.slice(0, failAt).some((step) => step.startsWith('rename'));
        const kept = (await readdir(folder())).filter((name) => !name.endsWith('.tmp'));
        expect([steps[failAt], fault, kept.length > 0 || !wasKept]).toEqual([
          steps[failAt],
          fault,
          true,
        ]);
        opened.clock.advance(HOUR);
        const { open, confirmedSize } = await life();
        expect([steps[failAt], fault, open, confirmedSize]).toEqual([
          steps[failAt],
          fault,
          0,
          size,
        ]);
        const files = (await readdir(folder())).filter((name) => !name.endsWith('.tmp'));
        expect(files).toEqual([`${String(size).padStart(12, '0')}.json`]);
      }
  });

  it('that were damaged on disk are not believed', async () => {
    const size = (await makeEpoch()) as TreeSize;
    await ask(await openStamps());
    const [name = ''] = await readdir(folder());
    const bytes = await readFile(join(folder(), name));
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    await writeFile(join(folder(), name), bytes);
    await expect(openStamps()).rejects.toMatchObject({ code: 'ANCHOR_STATE_INVALID' });
    await removeDirectory(folder());
    expect(await ask(await openStamps())).toMatchObject({ stampedSize: size, open: 1 });
  });
});

describe('a calendar', () => {
  it('that sends us elsewhere is not followed, unless the setting says so', async () => {
    await makeEpoch();
    const [pool, other] = calendars;
    if (pool === undefined || other === undefined) throw new Error();
    pool.promisedUri = other.url.slice(0, -1);
    const strict = await openStamps([calendarOf(pool)], { wanted: 1 });
    const { failures, open } = await ask(strict);
    expect(failures.map(({ code }) => code)).toEqual(['CALENDAR_PROMISE_REFUSED']);
    expect(open).toBe(0);
    expect(other.asked).toEqual([]);

    const key = new Secret('of the pool alone');
    const allowed = calendarOf(pool, { promises: [calendarOf(other).host], key });
    const stamps = await openStamps([allowed], { wanted: 1 });
    await ask(stamps);
    other.knows(pool);
    other.mine(700_000);
    opened.clock.advance(10 * MINUTE);
    expect((await ask(stamps)).open).toBe(0);
    expect(pool.asked.at(-1)?.headers.authorization).toBe('Bearer of the pool alone');
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each([
    ['garbage', Uint8Array.of(1, 2, 3), 'CALENDAR_ANSWER_UNUSABLE'],
    ['10,001 bytes', new Uint8Array(10_001).fill(8), 'OUTBOUND_TOO_LARGE'],
    [
      'an unknown kind alone',
      Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1, 0),
      'CALENDAR_PROMISE_REFUSED',
    ],
  ])('that answers %s is not believed, and holds up no other', async (_what, says, code) => {
    const size = await makeEpoch();
    const [bad] = calendars;
    if (bad === undefined) throw new Error();
    bad.says = says;
    const status = await ask(await openStamps());
    expect(status).toMatchObject({ stampedSize: size, missed: 0 });
    expect(status.failures.map((failure) => failure.code)).toEqual([code]);
  });

  it('that keeps a promise with no block has kept nothing', async () => {
    await makeEpoch();
    const [bad] = calendars;
    if (bad === undefined) throw new Error();
    const stamps = await openStamps([calendarOf(bad)], { wanted: 1 });
    await ask(stamps);
    bad.says = Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1, 0);
    opened.clock.advance(10 * MINUTE);
    const status = await ask(stamps);
    expect(status).toMatchObject({ open: 1, confirmedSize: 0 });
    expect(status.failures.map(({ code }) => code)).toEqual(['CALENDAR_ANSWER_UNUSABLE']);
  });

  it('of https is not followed to http', () => {
    const host = { kind: 'exact', host: 'a.example', port: null, isInternal: false } as const;
    const calendar = { url: 'https://a.example/', host, promises: [] };
    expect(placeOf(calendar, 'https://a.example')).toEqual({ url: 'https://a.example/' });
    expect(placeOf(calendar, 'http://a.example')).toBeNull();
    expect(placeOf({ ...calendar, url: 'http://a.example/' }, 'https://a.example')).toEqual({
      url: 'https://a.example/',
    });
    expect(placeOf(calendar, 'https://b.example')).toBeNull();
    expect(placeOf(calendar, 'no place')).toBeNull();
  });
});
