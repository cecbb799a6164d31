/**
 * The public half of an anchor key on a token. Tokens keep it in an object of its own, with the same CKA_ID as the
 * private one; the curve is looked at in both, since ECDSA on another would be a signature nobody can use.
 */
import type * as Pkcs11 from 'pkcs11js';
import { TokenFailure } from './pkcs11-failure.js';
import type { Pkcs11Library } from './pkcs11-mechanisms.js';
import { attribute, findObjects } from './pkcs11-objects.js';

/** OBJECT IDENTIFIER 1.3.132.0.10 (SEC 2, secp256k1), as CKA_EC_PARAMS has it. */
const SECP256K1 = '06052b8104000a';

/**
 * CKA_EC_POINT, as the token has it.
 *
 * @throws TokenFailure KEYS_TOKEN_KEY_UNKNOWN for a key of another kind or curve, or without a public half.
 */
export function curvePoint(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  key: { readonly handle: Pkcs11.Handle; readonly type: number },
): Uint8Array {
  if (key.type !== library.CKK_EC) throw unusable('is not one of an elliptic curve');
  const halves = [key.handle, ...publicHalves(library, module, session, key.handle)];
  const curves = halves.flatMap(
    (half) => attribute(module, session, half, library.CKA_EC_PARAMS) ?? [],
  );
  if (curves.length === 0 || curves.some((curve) => curve.toString('hex') !== SECP256K1))
    throw unusable('is not of the curve secp256k1, which Bitcoin signs on');
  for (const half of halves) {
    const point = attribute(module, session, half, library.CKA_EC_POINT);
    if (point !== null && point.length > 0) return Uint8Array.from(point);
  }
  throw unusable('has no public key beside it: put that into the token too, under the same id');
}

function publicHalves(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  key: Pkcs11.Handle,
): readonly Pkcs11.Handle[] {
  const id = attribute(module, session, key, library.CKA_ID);
  if (id === null || id.length === 0) return [];
  return findObjects(module, session, 1, [
    { type: library.CKA_CLASS, value: library.CKO_PUBLIC_KEY },
    { type: library.CKA_ID, value: id },
  ]);
}

function unusable(flaw: string): TokenFailure {
  return new TokenFailure('KEYS_TOKEN_KEY_UNKNOWN', `the anchor key of the token ${flaw}`);
}
