/**
 * From what was asked under an inspection to the questions whose whole answers the hand-over package
 * holds: for each person of whom something was asked or shown, each state in which it was.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import type { CollectionQuestion } from './export-collection.js';
import type { InspectionRead } from './inspection-reads.js';

export interface PackageQuestion extends CollectionQuestion {
  /** Digits: sizes do not move. */
  readonly asOf: string;
}

/** What a package is of. */
export interface PackagedLog {
  /** What was asked of another log is left out. */
  readonly origin: string;
  /** Whether it is the one that is asked where none is named. */
  readonly isWritten: boolean;
  /** The size that the log had at an instant. */
  readonly sizeAt: (instant: UnixMillis) => Promise<TreeSize>;
  /** The size at the end of the inspected period: an answer from within it may be of a later state. */
  readonly last: TreeSize;
}

/**
 * @returns each once, in the order first asked.
 */
export async function packageQuestions(
  reads: readonly InspectionRead[],
  log: PackagedLog,
): Promise<readonly PackageQuestion[]> {
  const { origin, isWritten } = log;
  const questions = new Map<string, PackageQuestion>();
  for (const read of reads) {
    const asked = read.question['origin'];
    if (asked === undefined ? !isWritten : asked !== origin) continue;
    for (const question of await questionsOf(read, log)) {
      const { subject, asOf, validAt, types } = question;
      questions.set(JSON.stringify([subject, asOf, validAt, types]), { ...question, origin });
    }
  }
  return [...questions.values()];
}

async function questionsOf(
  read: InspectionRead,
  { sizeAt, last }: PackagedLog,
): Promise<PackageQuestion[]> {
  const { question, persons, askedAt } = read;
  const { subject, validAt, size, sizes, fromSize } = question;
  const types = textsOf(question['types']);
  const at = async (wanted: JsonValue | undefined): Promise<string> =>
    String(Math.min(typeof wanted === 'number' ? wanted : await sizeAt(askedAt), last));
  if (typeof subject !== 'string') {
    // Entries, found by something else than whom they are about.
    const asOf = await at(size);
    return persons.map((person) => ({ subject: person, asOf }));
  }
  const about = { subject, ...(types !== undefined && { types }) };
  if (Array.isArray(sizes)) {
    const asked = await Promise.all((sizes as readonly JsonValue[]).map(at));
    return asked.map((asOf) => ({ ...about, asOf, ...validity(validAt) }));
  }
  const { fromValidAt, toValidAt } = question;
  const now = { ...about, asOf: await at(size), ...validity(toValidAt ?? validAt) };
  if (typeof fromSize !== 'number') return [now];
  return [{ ...about, asOf: String(fromSize), ...validity(fromValidAt ?? validAt) }, now];
}

function validity(validAt: JsonObject[string] | undefined): Pick<PackageQuestion, 'validAt'> {
  return typeof validAt === 'string' ? { validAt } : {};
}

function textsOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as readonly JsonValue[]).filter((one) => typeof one === 'string');
}
