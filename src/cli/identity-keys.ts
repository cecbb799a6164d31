/** Private keys that sign for an identity: PEM files, read when they are needed and kept nowhere. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { asBuffer } from '../base/bytes.js';
import { type DidKey, formatDidKey, type KeyAlgorithm } from '../identities/did-key.js';
import { lowerForm } from '../identities/key-signature.js';
import type { EventSignature } from '../identities/signed-event.js';
import { CliError } from './cli-error.js';
import { readFileUpTo } from './files.js';

export interface IdentityKeyFile {
  readonly did: DidKey;
  readonly sign: (message: Uint8Array) => EventSignature;
}

const MAX_PEM_BYTES = 65_536;
const CURVES: Readonly<Record<string, KeyAlgorithm>> = {
  Ed25519: 'Ed25519',
  'P-256': 'ES256',
  secp256k1: 'ES256K',
};

/** @throws CliError CLI_FILE of what is no private key of Ed25519, P-256 or secp256k1 in PEM. */
export async function readIdentityKey(path: string): Promise<IdentityKeyFile> {
  const privateKey = await readPrivateKey(path);
  const { crv = '', x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const alg = Object.hasOwn(CURVES, crv) ? CURVES[crv] : undefined;
  if (alg === undefined) throw unusable(path, 'its key is none of Ed25519, P-256 and secp256k1');
  const point = Buffer.from(x, 'base64url');
  const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const bytes = alg === 'Ed25519' ? Uint8Array.from(point) : Uint8Array.of(2 + isOdd, ...point);
  const did = formatDidKey({ alg, bytes });
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const digest = alg === 'Ed25519' ? null : 'sha256';
  return {
    did,
    sign: (message) => {
      const value = lowerForm(alg, new Uint8Array(sign(digest, message, key)));
      return { keyId: did, alg, value };
    },
  };
}

/** @throws CliError CLI_FILE. */
export async function readPrivateKey(path: string): Promise<KeyObject> {
  const pem = await readFileUpTo(path, MAX_PEM_BYTES);
  try {
    return createPrivateKey({ key: asBuffer(pem), format: 'pem' });
  } catch {
    // What OpenSSL says may quote the file.
    throw unusable(path, 'it is no private key in PEM without a passphrase');
  }
}

function unusable(path: string, reason: string): CliError {
  return new CliError('CLI_FILE', `${path}: ${reason}`);
}
