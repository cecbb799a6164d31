import { afterEach, describe, expect, it } from '@jest/globals';
import { keepPoolAwake } from '../src/pool-wake.js';

let end: (() => void) | null = null;
afterEach(() => {
  end?.();
});

describe('keepPoolAwake', () => {
  it('asks something of the pool each second, whatever comes of it, and keeps no process', () => {
    let asked = 0;
    let due: (() => void) | null = null;
    let timer: NodeJS.Timeout | null = null;
    end = keepPoolAwake(
      () => {
        asked++;
        return Promise.reject(new Error('there is no such directory'));
      },
      (call, millis) => {
        expect(millis).toBe(1_000);
        due = call;
        timer = setInterval(() => undefined, 1 << 30);
        return timer;
      },
    );
    const wake = due as (() => void) | null;
    wake?.();
    wake?.();
    expect(asked).toBe(2);
    expect((timer as NodeJS.Timeout | null)?.hasRef()).toBe(false);
  });
});
