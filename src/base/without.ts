/** @returns a copy that lacks these members. */
export function without<T extends object, const K extends keyof T>(
  object: T,
  ...names: readonly K[]
): Omit<T, K> {
  const left = Object.entries(object).filter(([name]) => !names.includes(name as K));
  return Object.fromEntries(left) as Omit<T, K>;
}
