/**
 * Errors that Node itself throws. Not `instanceof Error`: that is false for an error of another
 * realm, which is what Node's are to code that runs in a vm context, such as jest's.
 */

/** `ENOENT`, `ECONNRESET`, `ERR_…`: the code of a system error; null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The message of whatever was thrown, by shape. */
export function systemErrorMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
