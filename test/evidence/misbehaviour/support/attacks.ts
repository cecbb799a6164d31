/**
 * An operator with the log's key, and what two readers are shown: scenarios that are the same for the same
 * number. Each is a way of research and threat model to have two histories.
 */
import type { LogView } from '../../../../src/evidence/misbehaviour/log-view.js';
import { SeededChoice } from '../../../support/seeded-choice.js';
import { bindingLine, history, type History, leaves, split } from './history.js';

export interface Scenario {
  readonly what: string;
  readonly one: LogView;
  readonly other: LogView;
  /** First entry that differs, where the views can tell. */
  readonly fork: number | null;
}

type Attack = (seed: string, random: SeededChoice) => Scenario;

const ATTACKS: readonly Attack[] = [
  function splitView(seed, random) {
    const fork = sizeOf(random);
    const [a, b] = [fork + 1 + random.below(40), fork + 1 + random.below(40)];
    const [one, other] = split(seed, fork, a, b);
    return { what: `split at ${fork}: ${a}, ${b}`, one: one.view(a), other: other.view(b), fork };
  },

  function oneEntryRewritten(seed, random) {
    const size = sizeOf(random);
    const fork = random.below(size);
    const all = leaves(seed, 0, size + random.below(30));
    const rewritten = all.map((leaf, at) =>
      at === fork ? (leaves('x', at, at + 1)[0] ?? leaf) : leaf,
    );
    const [one, other] = [history(all), history(rewritten)];
    return {
      what: `entry ${fork} of ${size} rewritten`,
      one: one.view(size),
      other: other.view(all.length),
      fork,
    };
  },

  function oneEntryTakenOut(seed, random) {
    const size = sizeOf(random);
    const fork = random.below(size);
    const all = leaves(seed, 0, size + 2);
    const without = [...all.slice(0, fork), ...all.slice(fork + 1)];
    return {
      what: `entry ${fork} of ${size} taken out`,
      one: history(all).view(size),
      other: history(without).view(size + 1),
      fork,
    };
  },

  function tailDroppedAndGrownAgain(seed, random) {
    const before = sizeOf(random);
    const kept = random.below(before);
    const after = before + 1 + random.below(300);
    const [one, other] = split(seed, kept, before, after);
    return {
      what: `tail from ${kept} of ${before} dropped, grown again to ${after}`,
      // The reader has kept a head, as a receipt has it, and nothing else.
      one: one.headAlone(before),
      other: other.view(after),
      fork: null,
    };
  },

  function twoHeadsAlone(seed, random) {
    const size = 1 + sizeOf(random);
    const [one, other] = split(seed, random.below(size), size, size);
    return {
      what: `two receipts of size ${size}`,
      one: one.headAlone(size),
      other: other.headAlone(size),
      fork: null,
    };
  },

  function coreRewritten(seed, random) {
    const size = 1 + sizeOf(random);
    const grown = history(leaves(seed, 0, size));
    const length = 1 + random.below(size);
    const bound = (fill: number): LogView =>
      grown.view(size, {
        extensions: [bindingLine({ length, treeHash: new Uint8Array(32).fill(fill) })],
      });
    return {
      what: `another core under ${size} entries`,
      one: bound(1),
      other: bound(2),
      fork: null,
    };
  },
];

export function scenario(number: number): Scenario {
  const random = new SeededChoice(`split view ${number}`);
  const attack = ATTACKS[number % ATTACKS.length] ?? ATTACKS[0];
  if (attack === undefined) throw new Error('there are no attacks');
  return attack(`seed ${number}`, random);
}

/** Two views of a node that only ever appended, of whatever sizes. */
export function honest(number: number): { grown: History; a: number; b: number } {
  const random = new SeededChoice(`honest ${number}`);
  const b = sizeOf(random);
  return { grown: history(leaves(`honest ${number}`, 0, b)), a: random.below(b + 1), b };
}

/** Mostly small, often at the edges of tiles and of powers of two, now and then with a third level. */
function sizeOf(random: SeededChoice): number {
  switch (random.below(8)) {
    case 0:
      return 254 + random.below(5);
    case 1:
      return random.pick([63, 64, 65, 127, 128, 129, 511, 512, 513]);
    case 2:
      return random.below(40) === 0 ? 65_530 + random.below(12) : 300 + random.below(500);
    default:
      return 1 + random.below(60);
  }
}
