/**
 * Single-byte alterations, each made from a number alone. Even seeds flip a byte of the file as it is;
 * odd ones flip a byte inside one of its values, decoded, and write the file canonically again, so that
 * what is altered gets past the strict reading and meets the checks.
 */
import { leavesOf, canonical, parse, type Path, set } from './json-edit.js';

export interface ByteMutation {
  readonly bytes: Uint8Array;
  /** For the message of a failing test. */
  readonly what: string;
}

export function byteMutation(original: Uint8Array, seed: number): ByteMutation {
  const random = generator(seed);
  return seed % 2 === 0 ? flipInFile(original, random) : flipInValue(original, random);
}

/** Numbers in [0, limit), the same for the same seed (mulberry32). */
type Random = (limit: number) => number;

function generator(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1);
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function flipInFile(original: Uint8Array, random: Random): ByteMutation {
  const offset = random(original.length);
  return { bytes: flipped(original, offset, random), what: `byte ${offset} of the file` };
}

function flipInValue(original: Uint8Array, random: Random): ByteMutation {
  const file = parse(original);
  const leaves = leavesOf(file);
  const { path, value } = leaves[random(leaves.length)] ?? { path: [], value: null };
  set(
    file,
    path,
    typeof value === 'string' ? flippedText(path, value, random) : other(value, random),
  );
  return { bytes: canonical(file), what: path.join('/') };
}

function flippedText(path: Path, value: string, random: Random): string {
  const encoding = encodingOf(path);
  if (encoding === 'text') return withOtherCharacter(value, random);
  const bytes = Buffer.from(value, encoding);
  return Buffer.from(flipped(bytes, random(bytes.length), random)).toString(encoding);
}

/** Not its bytes: what is no UTF-8 any more could not be written into the file. */
function withOtherCharacter(value: string, random: Random): string {
  const characters = Array.from(value);
  const at = random(characters.length);
  const other = String.fromCharCode(0x21 + random(0x7e - 0x21));
  characters[at] = characters[at] === other ? '~' : other;
  return characters.join('');
}

const HEX: ReadonlySet<string> = new Set(['handle', 'leafHash', 'opener', 'tag']);

function encodingOf(path: Path): 'base64' | 'hex' | 'text' {
  const name = path.at(-1);
  if (name === 'checkpoint' || name === 'chain' || name === 'network') return 'text';
  if (path[0] === 'development' || path[0] === 'inspection' || path[0] === 'kind') return 'text';
  if (path.includes('question')) return 'text';
  if (path.includes('transaction') || path.includes('openers')) return 'hex';
  return HEX.has(String(name)) ? 'hex' : 'base64';
}

function other(value: unknown, random: Random): unknown {
  if (typeof value !== 'number') return !value;
  return value === 0 ? 1 + random(255) : value + (random(2) === 0 ? 1 : -1) * (1 + random(8));
}

function flipped(bytes: Uint8Array, offset: number, random: Random): Uint8Array {
  const altered = Uint8Array.from(bytes);
  altered[offset] = (altered[offset] ?? 0) ^ (1 + random(255));
  return altered;
}
