import { expect, it } from '@jest/globals';
import { Pace } from '../../src/base/pace.js';
import { FakeClock } from '../support/fake-clock.js';

it('says once in an interval that it is time, also after the clock was put back', () => {
  const clock = new FakeClock();
  const pace = new Pace(clock, 60_000);
  const asked = (millis: number): boolean => {
    clock.advance(millis);
    return pace.isTime();
  };
  expect([asked(0), asked(59_999), asked(1), asked(0), asked(59_999)]).toEqual([
    false,
    false,
    true,
    false,
    false,
  ]);
  expect([asked(1), asked(600_000), asked(0)]).toEqual([true, true, false]);
  expect([asked(-3_600_000), asked(59_999), asked(1)]).toEqual([true, false, true]);
});
