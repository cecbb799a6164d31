/** A promise whose end is called from outside. */
export function deferred<T = unknown>() {
  const ends: { resolve: (value: T) => void; reject: (cause: unknown) => void }[] = [];
  const promise = new Promise<T>((resolve, reject) => ends.push({ resolve, reject }));
  const [end] = ends;
  if (end === undefined) throw new Error('a promise calls its executor at once');
  return { promise, ...end };
}
