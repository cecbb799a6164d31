import { describe, expect, it } from '@jest/globals';
import { createJsonLogger } from '../src/json-logger.js';
import { FakeClock } from './support/fake-clock.js';

const clock = new FakeClock(Date.UTC(2026, 0, 31));

describe('the JSON logger', () => {
  it('writes one line an event, with time, level and fields', () => {
    const lines: string[] = [];
    const logger = createJsonLogger({
      level: 'info',
      clock,
      sink: { write: (line) => lines.push(line) },
    });
    logger.info('listening', { url: 'http://127.0.0.1:8787' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: '2026-01-31T00:00:00.000Z',
      event: 'listening',
      url: 'http://127.0.0.1:8787',
    });
  });

  it('writes what is at its level or above, a child with its own fields too', () => {
    const lines: string[] = [];
    const logger = createJsonLogger({
      level: 'warn',
      clock,
      sink: { write: (line) => lines.push(line) },
    });
    logger.debug('a');
    logger.info('b');
    logger.child({ ledger: 'kyc', password: 'x' }).warn('c', { text: 'two\nlines' });
    logger.error('d');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 'warn', event: 'c', ledger: 'kyc', password: '[redacted]', text: 'two\nlines' },
      { level: 'error', event: 'd' },
    ]);
    expect(lines).toHaveLength(2);
  });
});
