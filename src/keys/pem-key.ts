/**
 * Keys and certificates in PEM (RFC 7468), and certificates in DER: what a certificate authority sends,
 * and what `openssl` writes.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Secret } from '../base/secret.js';
import { DerFields } from '../signing/der-fields.js';
import { readDer } from '../signing/der-reader.js';
import { readOctetString } from '../signing/der-values.js';
import { SigningError } from '../signing/signing-error.js';
import { Derivation } from './internal/pkcs12-derivation.js';
import { decrypt, wrongPassphrase } from './internal/pkcs12-encryption.js';
import { KeysError } from './keys-error.js';

export const MAX_PEM_BYTES = 256 * 1024;

/**
 * The certificates of a file: PEM, with anything else between them, or one in DER. May be none.
 *
 * @returns DER, in the order of the file. Not parsed.
 */
export function certificatesIn(file: Uint8Array): readonly Uint8Array[] {
  if (file[0] === DER_SEQUENCE) return [file];
  return blocksOf(file)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ text }) => bytesOf(text));
}

/**
 * The one private key of a file: PKCS#8, plain or encrypted with a passphrase, or as OpenSSL wrote RSA and
 * EC keys before.
 *
 * @throws KeysError KEYS_PASSPHRASE_WRONG, also where one is needed and there is none; KEYS_SEAL_UNUSABLE.
 * Neither has a cause, which might quote the key.
 */
export function privateKeyIn(file: Uint8Array, passphrase: Secret | null): KeyObject {
  const [block, ...more] = blocksOf(file).filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) throw unusable('holds no private key in PEM');
  if (more.length > 0) throw unusable('holds several private keys: leave the one of the seal');
  if (block.label === 'ENCRYPTED PRIVATE KEY') return encryptedKey(bytesOf(block.text), passphrase);
  const isEncrypted = block.text.includes('ENCRYPTED');
  if (isEncrypted && passphrase === null) throw wrongPassphrase();
  try {
    // One round of MD5: what that format has. Nothing a file could ask for takes long.
    return createPrivateKey({
      key: block.whole,
      ...(passphrase !== null && { passphrase: passphrase.reveal() }),
    });
  } catch {
    throw isEncrypted ? wrongPassphrase() : unusable('holds a private key that is not read');
  }
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3): not left to OpenSSL, which runs as many rounds as it says. */
function encryptedKey(der: Uint8Array, passphrase: Secret | null): KeyObject {
  if (passphrase === null) throw wrongPassphrase();
  const pkcs8 = decrypted(der, passphrase);
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    // Every 256th wrong passphrase leaves something that has padding.
    throw wrongPassphrase();
  }
}

function decrypted(der: Uint8Array, passphrase: Secret): Uint8Array {
  try {
    const fields = DerFields.of(readDer(der));
    const algorithm = fields.next();
    const ciphertext = readOctetString(fields.next());
    fields.end();
    return decrypt(algorithm, ciphertext, new Derivation(passphrase));
  } catch (cause) {
    if (cause instanceof SigningError) throw unusable('holds a private key that is not read');
    throw cause;
  }
}

const DER_SEQUENCE = 0x30;

interface Block {
  readonly label: string;
  readonly text: string;
  readonly whole: string;
}

function blocksOf(file: Uint8Array): readonly Block[] {
  if (file.length > MAX_PEM_BYTES) throw unusable('is larger than any key and its certificates');
  const text = Buffer.from(file).toString('latin1');
  return [...text.matchAll(PEM_BLOCK)].map(([whole, label = '', body = '']) => ({
    label,
    text: body,
    whole,
  }));
}

/** No quantifier overlaps the next: one pass over the file. */
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n([^]{0,65536}?)-----END \1-----/g;

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function unusable(reason: string): KeysError {
  return new KeysError('KEYS_SEAL_UNUSABLE', `the file of the seal ${reason}`);
}
