import { describe, expect, it } from '@jest/globals';
import type { TenantName } from '../../src/access/tenant-name.js';
import type { ApiError } from '../../src/api/api-error.js';
import { ContainerSeals } from '../../src/api/container-seals.js';
import { utf8 } from '../../src/base/bytes.js';
import { FakeClock } from '../support/fake-clock.js';

const HOUR_MILLIS = 3_600_000;

/** A seal that answers when it is told to, and tells how often it was asked. */
class SlowSeal {
  readonly waiting: ((cms: Uint8Array | Error) => void)[] = [];
  asked = 0;

  readonly seal = (): Promise<Uint8Array> => {
    this.asked++;
    return new Promise((resolve, reject) => {
      this.waiting.push((answer) => {
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
    });
  };

  answer(answer: Uint8Array | Error = utf8('cms')): void {
    for (const go of this.waiting.splice(0)) go(answer);
  }
}

function opened(perMinute = 100): {
  clock: FakeClock;
  slow: SlowSeal;
  ask: (content: string, tenant?: string) => Promise<Uint8Array>;
} {
  const clock = new FakeClock();
  const slow = new SlowSeal();
  const seals = new ContainerSeals({ seal: slow.seal, perMinute, clock });
  const ask = async (content: string, tenant = 'bank'): Promise<Uint8Array> => {
    const seal = seals.of(tenant as TenantName);
    if (seal === null) throw new Error('a seal');
    return seal(utf8(content));
  };
  return { clock, slow, ask };
}

async function refusal(asked: Promise<unknown>): Promise<[string, number | undefined]> {
  try {
    await asked;
  } catch (error) {
    const { code, retryAfterSeconds } = error as ApiError;
    return [code, retryAfterSeconds];
  }
  throw new Error('nothing was refused');
}

describe('seals of containers', () => {
  it('are none where the node has none', () => {
    const seals = new ContainerSeals({ seal: null, perMinute: 1, clock: new FakeClock() });
    expect(seals.of('bank' as TenantName)).toBeNull();
  });

  it('are made once over the same bytes, also for those who ask meanwhile, and anew after an hour', async () => {
    const { clock, slow, ask } = opened(2);
    const asked = [ask('a'), ask('a')];
    slow.answer();
    const [first, second] = await Promise.all(asked);
    expect([await ask('a'), second]).toEqual([first, first]);
    expect(slow.asked).toBe(1);
    clock.advance(HOUR_MILLIS - 1);
    await ask('a');
    expect(slow.asked).toBe(1);
    clock.advance(1);
    const anew = ask('a');
    slow.answer(utf8('another'));
    expect(await anew).toEqual(utf8('another'));
  });

  it('are made anew where the clock went back: how old they are is not known', async () => {
    const { clock, slow, ask } = opened();
    const first = ask('a');
    slow.answer();
    await first;
    clock.advance(-HOUR_MILLIS);
    const anew = ask('a');
    slow.answer();
    await anew;
    expect(slow.asked).toBe(2);
  });

  it('are so many a minute of each tenant; what is there already costs nothing', async () => {
    const { clock, slow, ask } = opened(2);
    const made = [ask('a'), ask('b')];
    slow.answer();
    await Promise.all(made);
    clock.advance(20_000);
    const over = ask('c');
    slow.answer();
    expect(await refusal(over)).toEqual(['SEAL_RATE_LIMITED', 40]);
    await ask('a');
    const others = ask('c', 'other-bank');
    slow.answer();
    await others;
    clock.advance(40_000);
    const later = ask('c');
    slow.answer();
    await later;
    expect(slow.asked).toBe(4);
  });

  it('are few at a time, of all and of one tenant; who is refused for that has spent nothing', async () => {
    const { slow, ask } = opened(5);
    const made = ['a', 'b', 'c', 'd'].map((content) => ask(content));
    for (let n = 0; n < 3; n++) expect((await refusal(ask('e')))[0]).toBe('SERVER_BUSY');
    made.push(...['a', 'b', 'c', 'd'].map((content) => ask(content, 'other-bank')));
    expect((await refusal(ask('a', 'third-bank')))[0]).toBe('SERVER_BUSY');
    slow.answer();
    await Promise.all(made);
    const last = ask('e');
    slow.answer();
    await last;
    expect(slow.asked).toBe(9);
    expect((await refusal(ask('f')))[0]).toBe('SEAL_RATE_LIMITED');
  });

  it('that failed are not kept, and give their place back', async () => {
    const { slow, ask } = opened();
    for (let round = 0; round < 5; round++) {
      const asked = [ask('a'), ask('a'), ask('b')].map((each) =>
        each.catch((error: unknown) => error),
      );
      slow.answer(new Error(`away ${round}`));
      expect(await Promise.all(asked)).toEqual(Array(3).fill(new Error(`away ${round}`)));
    }
    expect(slow.asked).toBe(10);
  });
});
