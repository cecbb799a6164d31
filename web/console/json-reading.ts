/** Answers of a node as `unknown`, read member by member: what is not as described is refused, not shown. */

/** The node answers otherwise than this version of the page expects. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

export type Reader<T> = (value: unknown) => T;

export const text: Reader<string> = (value) => {
  if (typeof value !== 'string') throw new AnswerError('not a text');
  return value;
};

export const count: Reader<number> = (value) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new AnswerError('not a count');
  return value;
};

export const flag: Reader<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new AnswerError('neither true nor false');
  return value;
};

export const anything: Reader<unknown> = (value) => value;

export type Members = Readonly<Record<string, unknown>>;

export const members: Reader<Members> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AnswerError('not an object');
  return value as Members;
};

export function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new AnswerError('not a list');
    return value.map((one) => item(one));
  };
}

/** Null where it is absent or null. */
export function optional<T>(reader: Reader<T>): Reader<T | null> {
  return (value) => (value === undefined || value === null ? null : reader(value));
}
