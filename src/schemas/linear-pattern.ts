/**
 * Runs patterns in time linear in the text, whatever the pattern: as a set of states that are all
 * followed at once (Thompson 1968), never by trying one way and going back. The language's own engine
 * goes back, and `^(a+)+$` then takes for ever over thirty characters.
 */
import { type PatternNode, parsePattern, PatternRefused } from './internal/pattern-syntax.js';
import type { StepBudget } from './step-budget.js';

export interface LinearPattern {
  /** As `new RegExp(source, 'u').test(text)`. @throws StepsExceeded. */
  readonly test: (text: string) => boolean;
  /** The source: what others tell one pattern from another by. */
  readonly toString: () => string;
}

export { PatternRefused } from './internal/pattern-syntax.js';

/** @throws PatternRefused. */
export function linearPattern(source: string, budget: StepBudget): LinearPattern {
  const program = programOf(parsePattern(source));
  const machine = new Machine(program, budget);
  return { test: (text) => machine.test(text), toString: () => source };
}

/** Of one pattern, counted repetitions written out. */
const MAX_PROGRAM = 2000;
/** Sets of states that are remembered, of one pattern. */
const MAX_KNOWN_SETS = 500;
/** Characters beyond ASCII whose next set is remembered, of one set. */
const MAX_KNOWN_NEXT = 64;
const ASCII = 128;

type Instruction =
  | { readonly kind: 'one'; readonly matches: (codePoint: number) => boolean }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'fork'; ways: number[] }
  | { readonly kind: 'match' };

type Program = readonly Instruction[];

function programOf(node: PatternNode): Program {
  const program: Instruction[] = [];
  const matchers = new Map<string, (codePoint: number) => boolean>();
  const add = (instruction: Instruction): number => {
    if (program.length >= MAX_PROGRAM)
      throw new PatternRefused(`takes more than ${MAX_PROGRAM} states: fewer or smaller {n,m}`);
    return program.push(instruction) - 1;
  };
  const fork = (): { kind: 'fork'; ways: number[] } => {
    const instruction = { kind: 'fork' as const, ways: [] };
    add(instruction);
    return instruction;
  };
  const emit = (part: PatternNode): void => {
    switch (part.kind) {
      case 'one': {
        let matches = matchers.get(part.source);
        if (matches === undefined) matchers.set(part.source, (matches = matcherOf(part.source)));
        add({ kind: 'one', matches });
        return;
      }
      case 'start':
      case 'end':
        add({ kind: part.kind });
        return;
      case 'all':
        for (const one of part.parts) emit(one);
        return;
      case 'any': {
        const choice = fork();
        const ends = part.parts.map((one) => {
          choice.ways.push(program.length);
          emit(one);
          return fork();
        });
        for (const end of ends) end.ways.push(program.length);
        return;
      }
      case 'repeat': {
        for (let times = 0; times < part.least; times++) {
          const before = program.length;
          emit(part.part);
          // Nothing, a thousand million times, is nothing.
          if (program.length === before) break;
        }
        if (part.most === null) {
          const again = fork();
          const at = program.length - 1;
          again.ways.push(program.length);
          emit(part.part);
          fork().ways.push(at);
          again.ways.push(program.length);
          return;
        }
        const skips = [];
        for (let times = part.least; times < part.most; times++) {
          const skip = fork();
          skip.ways.push(program.length);
          emit(part.part);
          skips.push(skip);
        }
        for (const skip of skips) skip.ways.push(program.length);
      }
    }
  };
  emit(node);
  add({ kind: 'match' });
  return program;
}

function matcherOf(source: string): (codePoint: number) => boolean {
  const literal = source.codePointAt(0) ?? 0;
  if (source !== '.' && source === String.fromCodePoint(literal))
    return (codePoint) => codePoint === literal;
  const one = new RegExp(`^(?:${source})$`, 'u');
  const ascii = Uint8Array.from({ length: ASCII }, (_, at) =>
    one.test(String.fromCodePoint(at)) ? 1 : 0,
  );
  return (codePoint) =>
    codePoint < ASCII ? ascii[codePoint] === 1 : one.test(String.fromCodePoint(codePoint));
}

/** Where the pattern may stand after some text. */
interface StateSet {
  /** Instructions that wait for a character. */
  readonly waiting: readonly number[];
  readonly isMatch: boolean;
  /** Whether it is a match if the text ends here. */
  readonly isMatchAtEnd: boolean;
  /** By ASCII character. */
  readonly next: (StateSet | undefined)[];
  /** By any other character, as many as are kept. */
  readonly nextOther: Map<number, StateSet>;
}

class Machine {
  readonly #program: Program;
  readonly #budget: StepBudget;
  #first: StateSet;
  #known = new Map<string, StateSet>();

  constructor(program: Program, budget: StepBudget) {
    this.#program = program;
    this.#budget = budget;
    this.#first = this.#close([0], true);
  }

  test(text: string): boolean {
    this.#budget.spend(1 + text.length / 2);
    let set = this.#first;
    for (let at = 0; at < text.length; at++) {
      if (set.isMatch) return true;
      const codePoint = text.codePointAt(at) ?? 0;
      if (codePoint > 0xffff) at++;
      const known = codePoint < ASCII ? set.next[codePoint] : set.nextOther.get(codePoint);
      set = known ?? this.#step(set, codePoint);
    }
    return set.isMatch || set.isMatchAtEnd;
  }

  #step(set: StateSet, codePoint: number): StateSet {
    this.#budget.spend(1 + set.waiting.length);
    const moved = [0];
    for (const at of set.waiting) {
      const instruction = this.#program[at];
      if (instruction?.kind === 'one' && instruction.matches(codePoint)) moved.push(at + 1);
    }
    const key = moved.join();
    let next = this.#known.get(key);
    if (next === undefined) {
      this.#budget.spend(this.#program.length / 4);
      next = this.#close(moved, false);
      if (this.#known.size >= MAX_KNOWN_SETS) this.#forget();
      this.#known.set(key, next);
    }
    if (codePoint < ASCII) set.next[codePoint] = next;
    else if (set.nextOther.size < MAX_KNOWN_NEXT) set.nextOther.set(codePoint, next);
    return next;
  }

  /** The first set too: through it all others would be kept in memory. */
  #forget(): void {
    this.#known = new Map();
    this.#first = this.#close([0], true);
  }

  /** All that can be reached without a character; a match may begin anywhere, so 0 is always among it. */
  #close(from: readonly number[], isAtStart: boolean): StateSet {
    const here = this.#reach(from, isAtStart, false);
    const atEnd = this.#reach(from, isAtStart, true);
    return {
      waiting: here.waiting,
      isMatch: here.isMatch,
      isMatchAtEnd: atEnd.isMatch,
      next: [],
      nextOther: new Map(),
    };
  }

  #reach(
    from: readonly number[],
    isAtStart: boolean,
    isAtEnd: boolean,
  ): { waiting: number[]; isMatch: boolean } {
    const seen = new Uint8Array(this.#program.length);
    const todo = [...from];
    const waiting: number[] = [];
    let isMatch = false;
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (seen[at] === 1) continue;
      seen[at] = 1;
      const instruction = this.#program[at];
      if (instruction?.kind === 'one') waiting.push(at);
      else if (instruction?.kind === 'match') isMatch = true;
      else if (instruction?.kind === 'fork') todo.push(...instruction.ways);
      else if (instruction?.kind === 'start' ? isAtStart : isAtEnd) todo.push(at + 1);
    }
    // In order, so that equal sets have equal keys.
    return { waiting: waiting.sort((a, b) => a - b), isMatch };
  }
}
