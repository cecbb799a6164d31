import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CliError } from '../../../src/cli/cli-error.js';
import { checkLog } from '../../../src/cli/monitor/check-log.js';
import { parseMonitorState } from '../../../src/cli/monitor/monitor-state.js';
import { type Retries, withRetries } from '../../../src/cli/monitor/retries.js';
import { watchLog } from '../../../src/cli/monitor/watch-log.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { history, leaves } from '../../evidence/misbehaviour/support/history.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { caseNumbers, timeLimit } from '../../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { monitorOf, placeOf, type Shown, type TestMonitor } from './support.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

const GROWN = history(leaves('watched', 0, 40));

describe('a log that does not grow', () => {
  it('is stale after the time it was given, by the clock of the monitor, until it grows', async () => {
    const shown = { history: GROWN, size: 10 };
    const { parts, clock } = monitorOf(root, [placeOf(shown)], { staleMillis: 60_000 });
    const codes = async () => (await checkLog(parts)).alarms.map(({ code }) => code);
    expect(await codes()).toEqual([]);
    clock.advance(60_000);
    expect(await codes()).toEqual([]);
    clock.advance(1);
    expect(await codes()).toEqual(['stale']);
    shown.size = 11;
    expect(await codes()).toEqual([]);
    clock.advance(60_001);
    expect(await codes()).toEqual(['stale']);
  });
});

describe('what a monitor remembers', () => {
  it('is on disk when it is told: head, key, times, places', async () => {
    const { parts, state, clock } = monitorOf(root, [placeOf({ history: GROWN, size: 10 })]);
    await checkLog(parts);
    const first = clock.now();
    clock.advance(5_000);
    await checkLog(parts);
    const [name = ''] = readdirSync(state);
    expect(readdirSync(state)).toHaveLength(1);
    expect(parseMonitorState(readFileSync(join(state, name)))).toMatchObject({
      checkpoint: GROWN.checkpoint(10),
      grownAt: first,
      seenAt: first + 5_000,
      sources: [{ place: 'http://node.example kyc', size: 10 }],
    });
  });

  it('is told to nobody where it cannot be kept', async () => {
    const { parts, state } = monitorOf(root, [placeOf({ history: GROWN, size: 10 })]);
    mkdirSync(state);
    // A file of its name that is a directory: not even root can write it.
    await checkLog(parts);
    const [name = ''] = readdirSync(state);
    mkdirSync(join(state, `${name}.tmp`));
    chmodSync(state, 0o700);
    await expect(checkLog(parts)).rejects.toMatchObject({ code: 'CLI_FILE' });
  });

  it('never goes back, and is of the log wherever it is seen', async () => {
    const shown: Shown = { history: GROWN, size: 10 };
    const { parts } = monitorOf(root, [placeOf(shown)]);
    await checkLog(parts);
    const behind = { history: GROWN, size: 7 };
    const other = placeOf(behind, 'http://other kyc');
    // Of a smaller head nothing shows that it is of this log, unless the larger can be asked.
    expect(await checkLog(monitorOf(root, [other]).parts)).toMatchObject({
      head: { size: 10 },
      alarms: [{ code: 'unproven', place: 'http://other kyc' }],
    });
    const both = monitorOf(root, [placeOf(shown), other]).parts;
    expect(await checkLog(both)).toMatchObject({ head: { size: 10 }, alarms: [] });
    // It may be behind another place, and not behind itself.
    behind.size = 6;
    expect(await checkLog(both)).toMatchObject({
      head: { size: 10 },
      alarms: [{ code: 'rollback', place: 'http://other kyc' }],
    });
  });
});

describe('a head that nobody could remember', () => {
  it('is not followed', async () => {
    const shown: Shown = { history: GROWN, size: 10 };
    const long = (size: number) => GROWN.checkpoint(size, { extensions: ['x'.repeat(20_000)] });
    const place = { ...placeOf(shown), checkpoint: () => Promise.resolve(long(10)) };
    await expect(checkLog(monitorOf(root, [place]).parts)).rejects.toMatchObject({
      code: 'CLI_ANSWER_UNUSABLE',
    });
    await checkLog(monitorOf(root, [placeOf(shown)]).parts);
    expect(await checkLog(monitorOf(root, [place]).parts)).toMatchObject({
      head: { size: 10 },
      alarms: [{ code: 'unusable' }],
    });
  });
});

describe('lives of a log', () => {
  const LIVES = caseNumbers(60, 400);

  it(
    'raise an alarm in each round in which what is shown does not continue what was seen, and in no other',
    async () => {
      for (const life of LIVES) {
        const random = new SeededChoice(`life ${life}`);
        const directory = await temporaryDirectory();
        let entries = leaves(`life ${life}`, 0, 1 + random.below(30));
        const shown = { history: history(entries), size: entries.length };
        const { parts } = monitorOf(directory, [placeOf(shown)]);
        let seen = entries;
        await checkLog(parts);
        for (let step = 0; step < 6; step++) {
          const act = random.below(5);
          const more = leaves(`life ${life} ${step}`, 0, random.below(300));
          if (act === 0) entries = entries.slice(0, random.below(entries.length + 1));
          if (act === 1) entries = seen.slice();
          if (act === 2) {
            const at = random.below(entries.length + 1);
            entries = [...entries.slice(0, at), ...leaves(`x ${life} ${step}`, at, at + 1)];
          }
          entries =
            act === 3 || act === 4 || entries.length === 0 ? [...entries, ...more] : entries;
          shown.history = history(entries);
          shown.size = entries.length;
          const goesOn =
            entries.length >= seen.length &&
            seen.every((hash, at) => Buffer.compare(hash, entries[at] ?? new Uint8Array()) === 0);
          const round = await checkLog(parts);
          const told = { life, step, alarms: round.alarms.map(({ code }) => code) };
          const isFork = !goesOn && entries.length >= seen.length && entries.length > 0;
          expect(told).toEqual({
            life,
            step,
            alarms: goesOn ? [] : isFork ? ['misbehaviour'] : ['rollback'],
          });
          for (const { proof } of round.alarms)
            if (proof !== undefined)
              expect(verifyMisbehaviour(readFileSync(proof), parts.trust).result).toBe('proven');
          if (goesOn) seen = entries;
        }
        await removeDirectory(directory);
      }
    },
    Math.max(timeLimit, 300_000),
  );
});

describe('watching', () => {
  const watched = (parts: TestMonitor['parts']) => ({ ...parts, check: () => checkLog(parts) });

  it('says what is new, ends when it is stopped, and remembers that there was an alarm', async () => {
    const shown: Shown = { history: GROWN, size: 10 };
    const stop = new AbortController();
    // What is shown after each wait.
    const plan: (Partial<Shown> | null)[] = [
      {},
      { size: 12 },
      { size: 11 },
      {},
      { size: 12 },
      null,
    ];
    const waits: number[] = [];
    const { parts } = monitorOf(root, [placeOf(shown)], {
      wait: (millis) => {
        waits.push(millis);
        const next = plan.shift();
        if (next === null || next === undefined) stop.abort();
        else Object.assign(shown, next);
        return Promise.resolve();
      },
    });
    const said: unknown[] = [];
    const hadAlarm = await watchLog(
      watched(parts),
      5_000,
      stop.signal,
      ({ change, alarms }, isNews) => {
        said.push([change, alarms.map(({ code }) => code).join(), isNews]);
      },
    );
    expect(said).toEqual([
      ['first', '', true],
      ['none', '', false],
      ['grown', '', true],
      ['none', 'rollback', true],
      ['none', 'rollback', false],
      ['none', '', true],
    ]);
    expect(hadAlarm).toBe(true);
    expect(waits).toEqual(Array(6).fill(5_000));
  });

  it('is stopped while it waits', async () => {
    const stop = new AbortController();
    const { parts } = monitorOf(root, [placeOf({ history: GROWN, size: 10 })], {
      wait: () => {
        stop.abort();
        return Promise.reject(new DOMException('stopped', 'AbortError'));
      },
    });
    expect(await watchLog(watched(parts), 1, stop.signal, () => undefined)).toBe(false);
  });
});

describe('a network that fails', () => {
  const unreachable = new CliError('CLI_NODE_UNREACHABLE', 'no node');

  function counting(failures: number, error: Error) {
    let calls = 0;
    return () => {
      calls++;
      return calls <= failures ? Promise.reject(error) : Promise.resolve(calls);
    };
  }

  function retries(count: number): Retries & { waited: number[] } {
    const waited: number[] = [];
    return {
      count,
      waited,
      wait: (millis) => {
        waited.push(millis);
        return Promise.resolve();
      },
    };
  }

  it('is tried again, each time after a longer wait', async () => {
    const four = retries(8);
    expect(await withRetries(four, counting(8, unreachable))).toBe(9);
    expect(four.waited).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is given up in the end, and a refusal at once', async () => {
    const two = retries(2);
    await expect(withRetries(two, counting(3, unreachable))).rejects.toBe(unreachable);
    expect(two.waited).toHaveLength(2);
    const refused = new CliError('CLI_REFUSED', 'no');
    await expect(withRetries(two, counting(1, refused))).rejects.toBe(refused);
  });
});
