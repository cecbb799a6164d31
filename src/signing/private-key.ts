/** Private keys that are in this process: PKCS#8 (RFC 5958) in, never out of a message. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { asBuffer } from '../base/bytes.js';
import { SigningError } from './signing-error.js';

/** @throws SigningError KEY_UNSUPPORTED; without the cause, which might quote the key. */
export function importPrivateKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: asBuffer(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    throw new SigningError('KEY_UNSUPPORTED', 'the private key is not PKCS#8 in DER');
  }
}
