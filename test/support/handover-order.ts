/** What must be on disk before what, when a log goes on by other keys. */

/** As `handoverOrder` finds them. */
export const HANDOVER_ORDER = [
  'the new key is synced',
  'the new key is named',
  'the catalog is synced',
  'the catalog says so',
  'the entry is synced',
  'the old key goes',
];

const STEPS: readonly (readonly [string, RegExp])[] = [
  ['the new key is synced', /^keys: sync log\.\*\.json\.tmp$/],
  ['the new key is named', /^keys: rename log\.\*\.json$/],
  ['the catalog is synced', /^data: sync ledger.*\.tmp$/],
  ['the catalog says so', /^data: rename ledger/],
  ['the entry is synced', /^journal: datasync$/],
  ['the old key goes', /^keys: rename log\.\*\.retired$/],
];

/** @param trace of a `FaultPlan`: the last of each that comes before the old key goes, in the order in which they came. */
export function handoverOrder(trace: readonly string[]): string[] {
  const end = trace.findIndex((step) => STEPS.at(-1)?.[1].test(step) === true);
  const found = STEPS.map(([what, shape]) => ({
    what,
    at: trace.findLastIndex((step, at) => at <= end && shape.test(step)),
  }));
  return found
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
    .map(({ what }) => what);
}
