/** Whether two lists of the node's agree. It proves nothing to others, but a node that contradicts itself shows. */

interface Place {
  readonly index: number;
  readonly id: string;
}

/** How many of the wanted are not among the listed, at their place and with their leaf hash. */
export function missingFrom(wanted: readonly Place[], listed: readonly Place[]): number {
  const ids = new Map(listed.map(({ index, id }) => [index, id]));
  return wanted.filter(({ index, id }) => ids.get(index) !== id).length;
}
