import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linearPattern, PatternRefused } from '../../src/schemas/linear-pattern.js';
import { StepBudget, StepsExceeded } from '../../src/schemas/step-budget.js';

const test = (source: string, text: string, steps = 1e6): boolean =>
  linearPattern(source, new StepBudget(steps)).test(text);

/** Sources of few characters, so that texts match often; nested, anchored and repeated in all ways. */
const source = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\S',
      '^',
      '$',
      '',
      'é',
      '\\u0061',
    ),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?'))
      .map(([a, quantifier]) => `(?:${a})${quantifier}`),
  ),
})).node;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '1', 'é', ' ', '\n', '💶'),
  maxLength: 12,
});

describe('a linear pattern', () => {
  it("says what the language's own engine says", () => {
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 1, maxLength: 5 }), (pattern, texts) => {
        const own = linearPattern(pattern, new StepBudget(1e6));
        for (const one of texts) expect(own.test(one)).toBe(new RegExp(pattern, 'u').test(one));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$', 'CH9300762011623852957', true],
    ['^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$', 'CH93 0076', false],
    ['^\\p{Lu}\\p{L}*$', 'Écluse', true],
    ['^\\p{Script=Greek}+$', 'Σωκράτης', true],
    ['^[^\\]\\\\]+$', 'a]', false],
    ['^\\u{1F4B6}$', '💶', true],
    ['^\\ud83d\\udcb6$', '💶', true],
    ['^.$', '💶', true],
    ['^(?<year>\\d{4})-(?:\\d\\d)$', '2026-11', true],
    ['\\cJ', 'a\nb', true],
    ['', '', true],
    ['^$', 'a', false],
    ['a|^$', '', true],
    ['\\/\\.\\x41\\0', '/.A\0', true],
  ])('%s on %j is %s', (pattern, one, expected) => {
    expect(new RegExp(pattern, 'u').test(one)).toBe(expected);
    expect(test(pattern, one)).toBe(expected);
  });

  it('takes steps in proportion to the text where others take for ever', () => {
    for (const hostile of ['^(a+)+$', '^(a|aa)*b$', '^(a*)*b$', 'a*a*a*a*a*a*b', '(.*)*x'])
      for (const length of [1000, 10_000]) {
        const budget = 60 * length;
        expect(test(hostile, `${'a'.repeat(length)}!`, budget)).toBe(false);
      }
  });

  it('is stopped when its steps are used up', () => {
    expect(() => test('^(a|é)*$', 'é'.repeat(10_000), 1000)).toThrow(StepsExceeded);
  });

  it('forgets sets of states rather than keep more than it may', () => {
    // Each text of a and b of length 12 leads to another set.
    const pattern = linearPattern('(a|b)*a(a|b){11}$', new StepBudget(1e9));
    const native = /(a|b)*a(a|b){11}$/u;
    for (let n = 0; n < 4096; n++) {
      const one = n.toString(2).padStart(12, '0').replaceAll('0', 'b').replaceAll('1', 'a');
      expect(pattern.test(one)).toBe(native.test(one));
    }
  });

  it.each([
    ['(?=a)b', 'looks ahead'],
    ['(?<!a)b', 'looks ahead'],
    ['(a)\\1', 'refers back'],
    ['(?<n>a)\\k<n>', 'refers back'],
    ['\\ba', 'word boundary'],
    ['(', 'is not one'],
    ['a{2,1}', 'is not one'],
    ['((a{100}){100}){100}', 'more than 2000 states'],
    ['a'.repeat(5000), 'more than 4096 characters'],
    ['('.repeat(40) + ')'.repeat(40), 'nested groups'],
  ])('refuses %s', (pattern, reason) => {
    const refused = () => linearPattern(pattern, new StepBudget(1e6));
    expect(refused).toThrow(PatternRefused);
    expect(refused).toThrow(reason);
  });

  it('writes out nothing many times in no time', () => {
    expect(test('(?:(?:(?:){999999999}){999999999}){999999999}a', 'a')).toBe(true);
  });
});
