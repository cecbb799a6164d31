/** An object without one of its members that may be missing. */
export function without<T extends object, K extends keyof T>(object: T, name: K): Omit<T, K> {
  const copy: Partial<T> = { ...object };
  Reflect.deleteProperty(copy, name);
  return copy as Omit<T, K>;
}
