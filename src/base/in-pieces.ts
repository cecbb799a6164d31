/** What is made one by one, in arrays of at most so many: for what is too much to be an array at once. */
export function* inPieces<T>(items: Iterable<T>, count: number): Generator<T[]> {
  let piece: T[] = [];
  for (const item of items) {
    if (piece.push(item) < count) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
