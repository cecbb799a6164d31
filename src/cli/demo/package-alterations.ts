/** A hand-over package as somebody would alter it who has an interest in what it says. */
import { assert } from '../../base/errors.js';
import type { AnsweredQuestion, CollectionFile } from '../../evidence/collection-file.js';
import type { EvidenceEntry } from '../../evidence/evidence-file.js';
import { formatCollection } from '../../evidence/format-collection.js';
import { parseCollection } from '../../evidence/parse-collection.js';
import { parseStatement } from '../../records/parse-statement.js';
import { alter, lastOf, nextDigit } from './alterations.js';
import { NEW_STREET } from './kyc-bundle.js';

export interface PackageAlteration {
  readonly part: string;
  /** For people. */
  readonly what: string;
  /** @param other a collection about somebody else, of the same log and from the same moment. */
  readonly make: (bytes: Uint8Array, other: Uint8Array) => Uint8Array;
  /** The check that must fail, whichever else do. */
  readonly caughtBy: string;
}

export const PACKAGE_ALTERATIONS: readonly PackageAlteration[] = [
  {
    part: 'dropped',
    what: 'the entry of the old residence is left out, wherever it is named',
    make: (bytes: Uint8Array): Uint8Array => {
      const file = parseCollection(bytes);
      const left = placeOf(file, 'Piazza Rezzonico 39');
      return withEntries(file, (_, at) => at !== left, []);
    },
    caughtBy: 'completeness:1',
  },
  {
    part: 'added',
    what: 'a sound entry of another customer is put among this one’s',
    make: (bytes: Uint8Array, other: Uint8Array): Uint8Array => {
      const [stray] = parseCollection(other).entries;
      assert(stray !== undefined, 'there is something of the other customer');
      return withEntries(parseCollection(bytes), () => true, [stray]);
    },
    caughtBy: 'completeness:2',
  },
  {
    part: 'changed',
    what: `${NEW_STREET} becomes …13`,
    make: (bytes) =>
      alter(bytes, {
        path: ['entries', placeOf(parseCollection(bytes), NEW_STREET), 'payload', 'bytes'],
        at: lastOf(NEW_STREET),
        byte: nextDigit,
      }),
    caughtBy: 'payload',
  },
];

/** Place of the first entry that says it. */
function placeOf({ entries }: CollectionFile, text: string): number {
  const place = entries.findIndex(
    ({ payload }) => payload !== undefined && Buffer.from(payload.bytes).includes(text),
  );
  assert(place !== -1, 'an entry says it');
  return place;
}

/** With every place that a question names put right: what was added is in each that goes so far. */
function withEntries(
  file: CollectionFile,
  keeps: (entry: EvidenceEntry, at: number) => boolean,
  added: readonly EvidenceEntry[],
): Uint8Array {
  const kept = file.entries.filter(keeps);
  const entries = [...kept, ...added].sort((a, b) => indexOf(a) - indexOf(b));
  const isIn = ({ question, entries: places }: AnsweredQuestion, entry: EvidenceEntry): boolean =>
    added.includes(entry)
      ? indexOf(entry) < question.asOf
      : places.some((place) => file.entries[place] === entry);
  const questions = file.questions.map((one) => ({
    ...one,
    entries: entries.flatMap((entry, at) => (isIn(one, entry) ? [at] : [])),
  }));
  return formatCollection({ ...file, entries, questions });
}

function indexOf({ statement }: EvidenceEntry): number {
  return parseStatement(statement).index;
}
