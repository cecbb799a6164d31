/** Between parsers that write `undefined` for what is not there and types whose members may be missing. */

export type DefinedMembers<T extends object> = {
  [Name in keyof T]: Exclude<T[Name], undefined>;
};

/** The object without the members that are undefined. */
export function definedMembers<T extends object>(object: T): DefinedMembers<T> {
  const defined = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as DefinedMembers<T>;
}
