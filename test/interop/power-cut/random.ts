/** Numbers that look random and are the same for the same seed (splitmix32's finisher, a counter before it). */

export interface Random {
  /** A whole number 0…count−1; `count` ≤ 2³². */
  below(count: number): number;
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
}

export function seeded(seed: readonly number[]): Random {
  let state = seed.reduce((mixed, part) => mix(mixed ^ mix(part)), 0x9e37_79b9);
  const below = (count: number): number => {
    state = (state + 0x9e37_79b9) | 0;
    return Math.floor(((mix(state) >>> 0) / 2 ** 32) * count);
  };
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new RangeError('nothing to pick from');
      return choice;
    },
  };
}

function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  return mixed ^ (mixed >>> 15);
}
