/** What a PKCS#11 module says in trouble, in words that tell an operator what to do. */
import type { Pkcs11Library } from './pkcs11-mechanisms.js';
import type { TokenErrorCode } from './pkcs11-messages.js';

export class TokenFailure extends Error {
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @param doing what was being done, as in "cannot …". Nothing of the module's own text is repeated but the name of its code. */
export function tokenFailure(library: Pkcs11Library, doing: string, cause: unknown): TokenFailure {
  if (cause instanceof TokenFailure) return cause;
  const name = returnCode(cause);
  const code = cause instanceof library.Pkcs11Error ? cause.code : null;
  if (code !== null && pinCodes(library).has(code))
    return new TokenFailure(
      'KEYS_TOKEN_PIN_REFUSED',
      `the token refused the PIN (${name}) and is not asked again: tries are numbered; set the right one and start again`,
    );
  return new TokenFailure('KEYS_TOKEN_UNAVAILABLE', `the token cannot ${doing} (${name})`);
}

function pinCodes(library: Pkcs11Library): ReadonlySet<number> {
  return new Set([
    library.CKR_PIN_INCORRECT,
    library.CKR_PIN_INVALID,
    library.CKR_PIN_LEN_RANGE,
    library.CKR_PIN_EXPIRED,
    library.CKR_PIN_LOCKED,
    library.CKR_USER_PIN_NOT_INITIALIZED,
  ]);
}

/** As PKCS#11 names it; never another text, which may say anything. */
function returnCode(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : '';
  return /^CKR_[A-Z0-9_]{1,60}/.exec(message)?.[0] ?? 'no code of PKCS#11';
}
