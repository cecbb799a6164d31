/**
 * Stands in for `node:crypto` where the verifier runs in a browser: the functions that it calls, in the
 * forms in which it calls them, with the acceptance of Node's. WebCrypto cannot do it: it answers later,
 * and the verification is one synchronous function. Tests run both over the same vectors.
 */
import { digest, digestName } from './digests.js';
import { verifyDsa } from './dsa.js';
import { verifyEcdsa } from './ecdsa.js';
import { verifyEd25519 } from './ed25519.js';
import { type PublicKeyData, PublicKeyObject } from './public-key.js';
import { verifyPkcs1, verifyPss } from './rsa.js';
import { unsupported } from './unsupported.js';

export { createHash, createHmac, hash } from './digests.js';
export { createPublicKey } from './public-key.js';

/** Node's numbers, so that they cannot be mistaken for each other. */
export const constants = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_PSS_PADDING: 6 } as const;

export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) throw new RangeError('two lengths');
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** `verify(null, …)` for Ed25519, `verify(digest, …, {key, padding, saltLength}, …)` for the others. */
export function verify(
  algorithm: string | null,
  message: Uint8Array,
  key: PublicKeyObject | KeyWithPadding,
  signature: Uint8Array,
): boolean {
  const options = key instanceof PublicKeyObject ? { key } : key;
  const { data } = options.key;
  if (data.kind === 'dsa') return verifyDsa(data.dsa, String(algorithm), message, signature);
  if (data.kind !== 'ed25519')
    return verifyHashed(digestName(algorithm), message, data, options, signature);
  if (algorithm !== null) throw unsupported('Ed25519 with a digest');
  return verifyEd25519(data.bytes, message, signature);
}

/** A verifier has no private key. */
export function sign(): never {
  throw unsupported('signing');
}

export function createPrivateKey(): never {
  throw unsupported('private keys');
}

interface KeyWithPadding {
  readonly key: PublicKeyObject;
  readonly padding?: number;
  readonly saltLength?: number;
}

function verifyHashed(
  name: ReturnType<typeof digestName>,
  message: Uint8Array,
  data: Exclude<PublicKeyData, { kind: 'ed25519' | 'dsa' }>,
  { padding, saltLength }: KeyWithPadding,
  signature: Uint8Array,
): boolean {
  const hashed = digest(name, message);
  if (data.kind === 'ec') {
    if (padding !== undefined) throw unsupported('ECDSA with a padding');
    return verifyEcdsa(data.curve, data.point, hashed, signature);
  }
  const { numbers } = data;
  if (padding === constants.RSA_PKCS1_PADDING && data.kind === 'rsa')
    return verifyPkcs1(numbers, name, hashed, signature);
  if (padding !== constants.RSA_PKCS1_PSS_PADDING || saltLength === undefined)
    throw unsupported('this padding');
  const limits = data.kind === 'rsa-pss' ? data.limits : null;
  if (limits !== null && (limits.digest !== name || saltLength < limits.minimumSalt))
    throw unsupported('PSS parameters that do not fit the key');
  return verifyPss(numbers, name, hashed, saltLength, signature);
}
