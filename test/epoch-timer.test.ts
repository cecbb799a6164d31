import { describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../src/base/brand.js';
import { type Logger, silentLogger } from '../src/base/logger.js';
import type { AnchorStatus } from '../src/commands/anchor-now.js';
import { type Anchoring, EpochTimer, type Sleep } from '../src/epoch-timer.js';

const SIZE = 1 as TreeSize;
const IDLE = {
  epochSize: SIZE,
  settledSize: SIZE,
  pending: { state: 'idle' },
  inconsistent: [],
} as unknown as AnchorStatus;
const PENDING: AnchorStatus = {
  ...IDLE,
  pending: { state: 'pending', epochSize: SIZE, confirmations: 0, isStarved: false },
};

/** Runs a timer through `pauses` pauses, then stops it: what it did in between, each pause first. */
async function run(
  intervalMillis: number,
  pauses: number,
  { status = IDLE, fails = () => false, logger = silentLogger }: Partial<Case> = {},
): Promise<string[]> {
  const done: string[] = [];
  const act = (name: string): Promise<AnchorStatus> => {
    done.push(name);
    return fails() ? Promise.reject(new Error('no chain')) : Promise.resolve(status);
  };
  const anchoring: Anchoring = {
    anchorNow: () => act('epoch'),
    followAnchors: () => act('follow'),
    anchorStatus: () => status,
  };
  let left = pauses;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const sleep: Sleep = async (millis, signal) => {
    if (left-- > 0) {
      done.push(String(millis));
      return;
    }
    end();
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  };
  const timer = new EpochTimer({ anchoring, intervalMillis, logger, sleep });
  timer.start();
  await ended;
  await timer.stop();
  return done;
}

interface Case {
  readonly status: AnchorStatus;
  readonly fails: () => boolean;
  readonly logger: Logger;
}

describe('the epoch timer', () => {
  it('makes an epoch at each interval', async () => {
    expect(await run(1000, 2)).toEqual(['1000', 'epoch', '1000', 'epoch']);
  });

  it('looks more often than that how far a pending anchor has come', async () => {
    expect(await run(70_000, 4, { status: PENDING })).toEqual([
      '30000',
      'follow',
      '30000',
      'follow',
      '10000',
      'epoch',
      '30000',
      'follow',
    ]);
    expect(await run(70_000, 3)).toEqual(['30000', '30000', '10000', 'epoch']);
  });

  it('tries again after pauses that grow, says so, and says when it works again', async () => {
    const log: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (event) => log.push(event),
      info: (event) => log.push(event),
    };
    let tries = 0;
    const done = await run(1000, 5, { fails: () => ++tries <= 3, logger });
    expect(done.filter((one) => one !== 'epoch')).toEqual(['1000', '2000', '3000', '5000', '1000']);
    expect(log).toEqual([...Array<string>(3).fill('anchoring failed'), 'anchoring works again']);
  });

  it('never pauses longer than an interval and ten minutes', async () => {
    const done = await run(60_000, 12, { fails: () => true });
    expect(done.at(-2)).toBe(String(30_000 + 600_000));
  });
});
