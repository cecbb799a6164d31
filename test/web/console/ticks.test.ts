import { describe, expect, it } from '@jest/globals';
import { readEntry, readMention } from '../../../web/console/answers.js';
import {
  recordedPosition,
  recordedTicks,
  validPosition,
  validTicks,
} from '../../../web/console/ticks.js';

const record = (index: number, more: object = {}): ReturnType<typeof readEntry> =>
  readEntry({
    id: String(index).padStart(64, '0'),
    index,
    kind: 'record',
    recordedAt: `2026-0${index}-01T00:00:00.000Z`,
    finality: { durable: true, anchored: false },
    ...more,
  });
const mention = readMention({
  ...{ id: 'f'.repeat(64), index: 4, recordedAt: '2026-04-01T00:00:00.000Z' },
  ...{ type: 'T', role: 'party' },
});

describe('the stops of recorded time', () => {
  it('are before the first entry, after each, and now, whatever order they come in', () => {
    expect(recordedTicks([mention, record(2), record(1), mention])).toEqual([
      { kind: 'before', size: 1 },
      { kind: 'entry', size: 2, instant: '2026-01-01T00:00:00.000Z' },
      { kind: 'entry', size: 3, instant: '2026-02-01T00:00:00.000Z' },
      { kind: 'entry', size: 5, instant: '2026-04-01T00:00:00.000Z' },
      { kind: 'newest' },
    ]);
  });

  it('are one, now, where nothing is recorded', () => {
    expect(recordedTicks([])).toEqual([{ kind: 'newest' }]);
    expect(recordedPosition(recordedTicks([]), 7)).toBe(0);
  });

  it('hold every size up to the next one', () => {
    const ticks = recordedTicks([record(1), record(2), mention]);
    const positions = [0, 1, 2, 3, 4, 5, 6, 99].map((size) => recordedPosition(ticks, size));
    expect(positions).toEqual([0, 0, 1, 2, 2, 3, 3, 3]);
    expect(recordedPosition(ticks, null)).toBe(4);
  });
});

describe('the stops of valid time', () => {
  const items = [
    record(1, { validFrom: '2026-03-01T00:00:00.000Z', validTo: '2026-06-01T00:00:00.000Z' }),
    record(2, { validFrom: '2026-06-01T00:00:00.000Z' }),
    record(3),
    record(5, { kind: 'signature' }),
    mention,
  ];

  it('are where versions begin and end, once each, and begin when recorded where they do not say', () => {
    // The third was recorded on the day from which the first is valid.
    expect(validTicks(items)).toEqual([
      { kind: 'before', instant: '2026-02-28T23:59:59.999Z' },
      { kind: 'boundary', instant: '2026-03-01T00:00:00.000Z' },
      { kind: 'boundary', instant: '2026-06-01T00:00:00.000Z' },
      { kind: 'any' },
    ]);
  });

  it('hold every instant up to the next one', () => {
    const ticks = validTicks(items);
    const positions = [
      '2000-01-01T00:00:00.000Z',
      '2026-02-28T23:59:59.999Z',
      '2026-05-31T23:59:59.999Z',
      '2026-06-01T00:00:00.000Z',
      '9999-01-01T00:00:00.000Z',
    ].map((instant) => validPosition(ticks, instant));
    expect(positions).toEqual([0, 0, 1, 2, 2]);
    expect(validPosition(ticks, null)).toBe(3);
  });
});
