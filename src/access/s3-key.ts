/**
 * The S3 credential of an API key (docs/formats/access.md): its id in the form that S3's clients expect, and a secret
 * that is derived and kept nowhere. S3's signatures need the secret itself, of which a hash is no use.
 */
import { toBase64Url } from '../base/base64url.js';
import { utf8 } from '../base/bytes.js';
import { hmacSha256 } from '../base/hash.js';
import type { ApiKey } from './api-key.js';
import { isKeyId, type KeyId } from './key-text.js';

export interface S3Credential {
  /** 20 capital letters and digits. Not secret. */
  readonly accessKeyId: string;
  /** 40 characters of base64url: 240 bits. */
  readonly secretAccessKey: string;
}

/** Null of a key that has none. */
export type S3CredentialOf = (key: Pick<ApiKey, 'tenant' | 'id' | 's3'>) => S3Credential | null;

const PREFIX = 'CHIROS3K';
const SECRET_LENGTH = 30;

/**
 * @param nodeKey the node's own key for this, 32 bytes: never one of a tenant's, which the nodes that keep a ledger
 * together all have.
 */
export function s3Credentials(nodeKey: Uint8Array): S3CredentialOf {
  return ({ tenant, id, s3 }) => {
    if (s3 !== true) return null;
    const secret = hmacSha256(nodeKey, utf8(`chirograph/s3-secret/1\0${tenant}\0${id}`));
    return {
      accessKeyId: accessKeyIdOf(id),
      secretAccessKey: toBase64Url(secret.subarray(0, SECRET_LENGTH)),
    };
  };
}

export function accessKeyIdOf(id: KeyId): string {
  return `${PREFIX}${id.toUpperCase()}`;
}

/** Null for an id that none of our keys can have. */
export function keyIdOf(accessKeyId: string): KeyId | null {
  if (!accessKeyId.startsWith(PREFIX)) return null;
  const digits = accessKeyId.slice(PREFIX.length);
  const id = digits.toLowerCase();
  return digits === id.toUpperCase() && isKeyId(id) ? id : null;
}
