/** The demo as it is told: steps, what each shows, what it proves, and whether it came out as expected. */
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';
import { ChirographError } from '../../base/errors.js';
import { oneLine, oneLineKept } from '../terminal.js';

export interface Heading {
  /** Stable, for programs. */
  readonly name: string;
  readonly title: string;
  /** One line, true if everything expected of the step holds. */
  readonly proves: string;
}

/** What a step says while it goes on. */
export interface Notes {
  readonly line: (text: string) => void;
  /** Something that others may rely on: shown with its result, and the demo fails if it does not hold. */
  readonly expect: (what: string, holds: boolean) => void;
  readonly fact: (name: string, value: JsonValue) => void;
}

export class Story {
  readonly #write: (text: string) => void;
  readonly #told: JsonObject[] = [];
  #isAsExpected = true;

  /** @param write takes whole lines, without line feeds. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  get isAsExpected(): boolean {
    return this.#isAsExpected;
  }

  get steps(): readonly JsonObject[] {
    return this.#told;
  }

  /** @throws StoryEnded if the step could not be done, which is then told. */
  async step<T>({ name, title, proves }: Heading, act: (notes: Notes) => Promise<T>): Promise<T> {
    const number = this.#told.length + 1;
    const lines: string[] = [];
    const unmet: string[] = [];
    const facts: Record<string, JsonValue> = {};
    let isDone = false;
    const line = (text: string): void => {
      lines.push(text);
      this.#write(`    ${oneLineKept(text)}`);
    };
    const expect = (what: string, holds: boolean): void => {
      if (!holds) unmet.push(what);
      line(`${holds ? 'ok' : 'NO'}  ${what}`);
    };
    this.#write(`${String(number).padStart(2)}  ${title}`);
    try {
      const fact = (fact: string, value: JsonValue): void => {
        facts[fact] = value;
      };
      const result = await act({ line, expect, fact });
      isDone = true;
      return result;
    } catch (cause) {
      if (!(cause instanceof ChirographError)) throw cause;
      unmet.push(oneLine(cause.message));
      throw new StoryEnded(name, { cause });
    } finally {
      const proven = isDone && unmet.length === 0 ? proves : null;
      if (proven === null) this.#isAsExpected = false;
      for (const what of unmet) this.#write(`    NOT AS EXPECTED: ${what}`);
      this.#write(`    ${proven === null ? 'Nothing is proven by this.' : `Proven: ${proven}`}`);
      this.#write('');
      this.#told.push({ name, title, lines, facts, unmet, proven });
    }
  }
}

/** A step could not be done, and has said why. */
export class StoryEnded extends Error {
  constructor(step: string, options: ErrorOptions) {
    super(`the step ${step} could not be done`, options);
    this.name = 'StoryEnded';
  }
}
