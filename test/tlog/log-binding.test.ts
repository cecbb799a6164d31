import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatLogBinding, logBindingIn, parseLogBinding } from '../../src/tlog/log-binding.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { accepted, cutsAndRepeats, singleByteChanges } from './mutations.js';

const binding = {
  discoveryKey: new Uint8Array(32).fill(0xd1),
  fork: 0,
  length: 1_234,
  treeHash: new Uint8Array(32).fill(0x7e),
};
const line = `hypercore ${'d1'.repeat(32)} 0 1234 ${'7e'.repeat(32)}`;

describe('log binding', () => {
  it('is one line', () => {
    expect(formatLogBinding(binding)).toBe(line);
    expect(parseLogBinding(line)).toEqual(binding);
  });

  it('reads back what was written', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const any = fc.record({
      discoveryKey: bytes,
      fork: fc.maxSafeNat(),
      length: fc.maxSafeNat(),
      treeHash: bytes,
    });
    fc.assert(
      fc.property(any, (written) => {
        expect(parseLogBinding(formatLogBinding(written))).toEqual(written);
      }),
    );
  });

  it('reads no changed line, unless it is the one line of something else', () => {
    const texts = [...singleByteChanges(line), ...cutsAndRepeats(line)];
    const taken = accepted(texts, parseLogBinding);
    expect(taken.filter((text) => formatLogBinding(parseLogBinding(text)) !== text)).toEqual([]);
    expect(taken.length).toBeLessThan(texts.length / 5);
  });

  it.each([
    line.toUpperCase(),
    ` ${line}`,
    `${line} `,
    `${line}\n`,
    line.replace(' 0 ', ' 00 '),
    line.replace(' 0 ', ' -1 '),
    line.replace(' 0 ', '  '),
    line.replace('1234', '9007199254740992'),
    line.replace('7e7e', '7e7'),
    'hypercore',
    '',
  ])('refuses %j', (text) => {
    expect(() => parseLogBinding(text)).toThrow(
      expect.objectContaining({ code: 'LOG_BINDING_MALFORMED' }),
    );
  });

  it('is found among extension lines, once', () => {
    expect(logBindingIn([], { refuseOthers: true })).toBeUndefined();
    expect(logBindingIn([line], { refuseOthers: true })).toEqual(binding);
    expect(logBindingIn(['a', line, 'hypercore-2 b'], { refuseOthers: false })).toEqual(binding);
    expect(logBindingIn(['a'], { refuseOthers: false })).toBeUndefined();
    expect(() => logBindingIn([line, line], { refuseOthers: false })).toThrow(TlogError);
    expect(() => logBindingIn([line, 'hypercore x'], { refuseOthers: false })).toThrow(TlogError);
    expect(() => logBindingIn(['hypercore x'], { refuseOthers: false })).toThrow(TlogError);
    expect(() => logBindingIn([line, 'a'], { refuseOthers: true })).toThrow(TlogError);
    expect(() => logBindingIn(['a'], { refuseOthers: true })).toThrow(TlogError);
  });
});
