/** What everything that is shown is shown by: the language, the tenant's zone, the chain. */
import type { Language } from '../../src/evidence/languages.js';
import type { AnchorsAnswer } from './answers.js';
import type { Problem } from './problem.js';
import type { Say } from './say.js';

export interface Context {
  readonly say: Say;
  readonly language: Language;
  /** IANA name; null where the node has not told it. */
  readonly zone: string | null;
  /** Null where the key may not know it. */
  readonly chain: AnchorsAnswer | null;
}

/** What the parts of the page need of the page. */
export interface Surroundings {
  /** Asked anew each time, because the language changes. */
  readonly context: () => Context;
  /** The problem of an error; one that ends the session ends it. */
  readonly problemOf: (error: unknown) => Problem;
}
