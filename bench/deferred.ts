/** A promise whose end is called from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (cause: unknown) => void;
}

export function deferred<T = unknown>(): Deferred<T> {
  const ends: Pick<Deferred<T>, 'resolve' | 'reject'>[] = [];
  const promise = new Promise<T>((resolve, reject) => ends.push({ resolve, reject }));
  const [end] = ends;
  if (end === undefined) throw new Error('a promise calls its executor at once');
  return { promise, ...end };
}
