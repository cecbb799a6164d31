/** Catalogues of messages: every language has the codes and the facts of the English one. */
import { expect, it } from '@jest/globals';

export function itHasTheCodesOf<C extends string>(
  english: Readonly<Record<C, string>>,
  other: Readonly<Record<C, string>>,
): void {
  it('has the codes and the facts of the English one', () => {
    expect(Object.keys(other)).toEqual(Object.keys(english));
    for (const code of Object.keys(english) as C[]) {
      const text = other[code];
      expect([code, factsOf(text)]).toEqual([code, factsOf(english[code])]);
      expect(text.trim()).toBe(text);
      expect(text).not.toBe('');
    }
  });
}

function factsOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}
