/**
 * Regular expressions of schemas, taken apart: the part of ECMA-262 (with the flag `u`) that can be
 * run in linear time. Refused by name are look-around, back references and `\b`. What a character is
 * compared with is left as it is written: the language's own engine decides about one character.
 */
import { assert } from '../../base/errors.js';

export type PatternNode =
  /** Matches one code point: a character, an escape, a class, or the dot. */
  | { readonly kind: 'one'; readonly source: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'all'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'any'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly least: number;
      /** Null for without end. */
      readonly most: number | null;
    };

/** Why a pattern is not taken; completes "the pattern …". */
export class PatternRefused extends Error {
  override readonly name = 'PatternRefused';
}

const MAX_PATTERN_LENGTH = 4096;
const MAX_DEPTH = 32;

/** @throws PatternRefused. */
export function parsePattern(source: string): PatternNode {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new PatternRefused(`has more than ${MAX_PATTERN_LENGTH} characters`);
  if (!isRegExp(source)) throw new PatternRefused('is not one of ECMA-262 with the flag u');
  const parser = new Parser(Array.from(source));
  const node = parser.alternatives(0);
  assert(parser.isAtEnd, 'a pattern that is well-formed is read to its end');
  return node;
}

/** Compiling is lazy: nothing is run here that a hostile pattern could make slow. */
function isRegExp(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch (cause) {
    if (cause instanceof SyntaxError) return false;
    throw cause;
  }
}

/** Over code points, of a text that is known to be well-formed. */
class Parser {
  readonly #text: readonly string[];
  #at = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  alternatives(depth: number): PatternNode {
    if (depth > MAX_DEPTH) throw new PatternRefused(`has more than ${MAX_DEPTH} nested groups`);
    const parts = [this.#sequence(depth)];
    while (this.#takeIf('|')) parts.push(this.#sequence(depth));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'any', parts };
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')';) {
      parts.push(this.#quantified(this.#atom(depth)));
      next = this.#peek();
    }
    return { kind: 'all', parts };
  }

  #atom(depth: number): PatternNode {
    const first = this.#take();
    switch (first) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '(':
        return this.#group(depth);
      case '[':
        return { kind: 'one', source: `[${this.#restOfClass()}` };
      case '\\':
        return { kind: 'one', source: this.#escape() };
      default:
        return { kind: 'one', source: first };
    }
  }

  #group(depth: number): PatternNode {
    if (this.#takeIf('?')) {
      const kind = this.#take();
      if (kind === '<' && !['=', '!'].includes(this.#peek() ?? '')) this.#takeThrough('>');
      else if (kind !== ':') throw new PatternRefused('looks ahead, behind, or changes its flags');
    }
    const inner = this.alternatives(depth + 1);
    assert(this.#takeIf(')'), 'a group of a well-formed pattern ends');
    return inner;
  }

  #restOfClass(): string {
    let text = '';
    for (;;) {
      const next = this.#take();
      text += next;
      if (next === ']') return text;
      if (next === '\\') text += this.#take();
    }
  }

  #escape(): string {
    const kind = this.#take();
    if (kind === 'b' || kind === 'B') throw new PatternRefused('has a word boundary');
    if (kind === 'k' || /^[1-9]$/.test(kind)) throw new PatternRefused('refers back to a group');
    if (kind === 'c') return `\\c${this.#take()}`;
    if (kind === 'x') return `\\x${this.#takeMany(2)}`;
    if (kind === 'p' || kind === 'P') return `\\${kind}${this.#takeThrough('}')}`;
    if (kind !== 'u') return `\\${kind}`;
    if (this.#peek() === '{') return `\\u${this.#takeThrough('}')}`;
    const unit = this.#takeMany(4);
    // With the flag u, two escaped halves of a surrogate pair are one character.
    if (!/^d[89ab]/i.test(unit) || !this.#isLowSurrogate()) return `\\u${unit}`;
    return `\\u${unit}${this.#takeMany(6)}`;
  }

  #isLowSurrogate(): boolean {
    return /^\\ud[c-f]/i.test(this.#text.slice(this.#at, this.#at + 4).join(''));
  }

  #quantified(part: PatternNode): PatternNode {
    const bounds = this.#quantifier();
    if (bounds === null) return part;
    // Lazy or not, the texts that match are the same.
    this.#takeIf('?');
    return { kind: 'repeat', part, ...bounds };
  }

  #quantifier(): { least: number; most: number | null } | null {
    if (this.#takeIf('*')) return { least: 0, most: null };
    if (this.#takeIf('+')) return { least: 1, most: null };
    if (this.#takeIf('?')) return { least: 0, most: 1 };
    if (this.#peek() !== '{') return null;
    const [, least = '', comma, most = ''] =
      /^\{(\d+)(,?)(\d*)\}$/.exec(this.#takeThrough('}')) ?? [];
    if (comma === '') return { least: Number(least), most: Number(least) };
    return { least: Number(least), most: most === '' ? null : Number(most) };
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(): string {
    const next = this.#text[this.#at++];
    assert(next !== undefined, 'a well-formed pattern does not end here');
    return next;
  }

  #takeIf(wanted: string): boolean {
    if (this.#peek() !== wanted) return false;
    this.#at++;
    return true;
  }

  #takeMany(count: number): string {
    return Array.from({ length: count }, () => this.#take()).join('');
  }

  #takeThrough(last: string): string {
    let text = '';
    do text += this.#take();
    while (!text.endsWith(last));
    return text;
  }
}
