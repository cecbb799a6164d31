/** Who is found, by a model that looks at every record, always: of tags and rows it knows nothing. */
import { findableTerms } from '../../src/schemas/findable-terms.js';
import type { Findable, FindableAs } from '../../src/schemas/schema-document.js';
import { searchTerms } from '../../src/schemas/search-terms.js';

export interface ModelEntry {
  readonly index: number;
  readonly id: string;
  readonly subject: string;
  readonly thing: string;
  readonly payload: Readonly<Record<string, string | readonly string[]>>;
  /** Id of the version that it withdraws. */
  readonly retracts: string | null;
}

export interface ModelPerson {
  readonly subject: string;
  readonly match: 'whole' | 'words';
  /** The newest, newest first. */
  readonly entries: readonly { readonly index: number; readonly current: boolean }[];
  readonly hasMore: boolean;
  readonly possibleDouble: readonly string[];
}

/** Entries of one person in an answer. */
const SHOWN = 20;

export class SearchModel {
  readonly entries: ModelEntry[] = [];
  readonly forgotten = new Set<string>();
  readonly #fields: readonly Findable[];

  constructor(fields: readonly Findable[]) {
    this.#fields = fields;
  }

  /** By name. */
  search(as: FindableAs, value: string, size: number): ModelPerson[] {
    const asked = searchTerms(as, value);
    const below = this.entries.filter(
      ({ index, subject }) => index < size && !this.forgotten.has(subject),
    );
    const current = currentOf(below);
    const found: ModelPerson[] = [];
    for (const subject of [...new Set(below.map((entry) => entry.subject))].sort()) {
      const own = below.filter((entry) => entry.subject === subject).toReversed();
      const whole = own.filter((entry) =>
        this.#terms(entry, as).some((terms) => terms.whole === asked.whole),
      );
      const words = own.filter((entry) => {
        const has = new Set(this.#terms(entry, as).flatMap((terms) => terms.words));
        return asked.words.length > 0 && asked.words.every((word) => has.has(word));
      });
      const match = whole.length > 0 ? 'whole' : 'words';
      const entries = match === 'whole' ? whole : words;
      if (entries.length === 0) continue;
      found.push({
        subject,
        match,
        entries: entries
          .slice(0, SHOWN)
          .map(({ index }) => ({ index, current: current.has(index) })),
        hasMore: entries.length > SHOWN,
        possibleDouble: this.#doubles(below, subject),
      });
    }
    return found;
  }

  #terms({ payload }: ModelEntry, as: FindableAs): ReturnType<typeof searchTerms>[] {
    const found = findableTerms({ ...payload }, this.#fields);
    return found.filter((one) => one.as === as).map(({ terms }) => terms);
  }

  #doubles(below: readonly ModelEntry[], subject: string): string[] {
    const identities = (entry: ModelEntry): string[] =>
      (['documentNumber', 'lei'] as const).flatMap((as) =>
        this.#terms(entry, as).map(({ whole }) => `${as} ${whole}`),
      );
    const own = new Set(below.filter((entry) => entry.subject === subject).flatMap(identities));
    const others = below.filter(
      (entry) => entry.subject !== subject && identities(entry).some((one) => own.has(one)),
    );
    return [...new Set(others.map((entry) => entry.subject))].sort();
  }
}

/** The last version of each thing that nobody withdrew. */
function currentOf(entries: readonly ModelEntry[]): ReadonlySet<number> {
  const withdrawn = new Set(entries.map(({ retracts }) => retracts));
  const last = new Map<string, number>();
  for (const { id, index, subject, thing } of entries)
    if (!withdrawn.has(id)) last.set(`${subject} ${thing}`, index);
  return new Set(last.values());
}
