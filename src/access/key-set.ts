/**
 * The public keys of an issuer of tokens (JWK set, RFC 7517), each read once, and only those that can
 * check what we take. A set is what its issuer publishes, so one key that is of no use spoils nothing.
 */
import { type CryptoKey, importJWK, type JWK } from 'jose';
import { type JsonObject, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from './oidc-issuer.js';

export interface WantedKey {
  readonly algorithm: TokenAlgorithm;
  /** As the token names it (`kid`). */
  readonly keyId: string | undefined;
}

export interface TokenKey {
  readonly algorithm: TokenAlgorithm;
  readonly keyId: string | undefined;
  readonly key: CryptoKey;
}

export type KeySet = readonly TokenKey[];

/** Where a token's key is looked for. */
export interface TokenKeys {
  /** Null if the issuer has no such key. @throws AccessError ACCESS_ISSUER_UNAVAILABLE. */
  find(wanted: WantedKey): CryptoKey | null | Promise<CryptoKey | null>;
}

export const MAX_KEY_SET_BYTES = 256 * 1024;

/** @throws BaseError JSON_MALFORMED or JSON_NOT_CANONICAL where it is no such set, or has no key of use. */
export async function parseKeySet(text: string): Promise<KeySet> {
  const set = parseStrictJson(text);
  const listed = isJsonObject(set) && Array.isArray(set['keys']) ? set['keys'] : null;
  if (listed === null || listed.length > MAX_KEYS)
    throw new BaseError('JSON_MALFORMED', `not a JWK set of at most ${MAX_KEYS} keys`);
  const keys = (await Promise.all(listed.filter(isJsonObject).map(readKeys))).flat();
  if (keys.length === 0) throw new BaseError('JSON_MALFORMED', 'a JWK set without a usable key');
  return keys;
}

/** Null also where several fit, because the token does not say which: nobody guesses. */
export function findKey(keys: KeySet, { algorithm, keyId }: WantedKey): CryptoKey | null {
  const fitting = keys.filter(
    (key) => key.algorithm === algorithm && (keyId === undefined || key.keyId === keyId),
  );
  return fitting.length === 1 ? (fitting[0]?.key ?? null) : null;
}

const MAX_KEYS = 100;
/** RFC 7518 §3.3 and §3.5. */
const MIN_RSA_BYTES = 256;
/** Beyond it, checking costs more than a stranger should be able to ask for. */
const MAX_RSA_BYTES = 1024;

/** One for each algorithm that the key may be used with. */
async function readKeys(jwk: JsonObject): Promise<readonly TokenKey[]> {
  const { kid, alg } = jwk;
  const keyId = typeof kid === 'string' ? kid : undefined;
  if (kid !== undefined && keyId === undefined) return [];
  const algorithms = algorithmsOf(jwk).filter((one) => alg === undefined || one === alg);
  const keys = algorithms.map(async (algorithm): Promise<readonly TokenKey[]> => {
    const key = await importPublic(jwk, algorithm);
    return key === null ? [] : [{ algorithm, keyId, key }];
  });
  return (await Promise.all(keys)).flat();
}

function algorithmsOf({ kty, crv, n, use, d }: JsonObject): readonly TokenAlgorithm[] {
  // A private key in public is nobody's any more.
  if ((use !== undefined && use !== 'sig') || d !== undefined) return [];
  if (kty === 'RSA') {
    const length = typeof n === 'string' ? Buffer.from(n, 'base64url').length : 0;
    return length >= MIN_RSA_BYTES && length <= MAX_RSA_BYTES ? ['RS256', 'PS256'] : [];
  }
  const [algorithm] = TOKEN_ALGORITHMS.filter(
    (one) => CURVES[one]?.kty === kty && CURVES[one]?.crv === crv,
  );
  return algorithm === undefined ? [] : [algorithm];
}

const CURVES: Partial<Record<TokenAlgorithm, { readonly kty: string; readonly crv: string }>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/** Null for one that is none, such as a point beside its curve: the others of the set are looked at. */
async function importPublic(jwk: JsonObject, algorithm: TokenAlgorithm): Promise<CryptoKey | null> {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((name) => jwk[name] !== undefined);
  const key = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  try {
    const imported = await importJWK(key as JWK, algorithm);
    return imported instanceof Uint8Array ? null : imported;
  } catch {
    return null;
  }
}
