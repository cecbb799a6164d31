/** What is kept of an API key. */
import type { Sha256Digest, UnixMillis } from '../base/brand.js';
import type { Role } from './authorize.js';
import type { KeyId } from './key-text.js';
import type { TenantName } from './tenant-name.js';

export interface ApiKey {
  readonly id: KeyId;
  readonly tenant: TenantName;
  readonly role: Role;
  /** SHA-256 of the key's secret part; the secret itself is nowhere. */
  readonly secretHash: Sha256Digest;
  readonly createdAt: UnixMillis;
  /** What people call the key. */
  readonly label?: string;
  /** The identity that records written with this key name as their author. */
  readonly author?: string;
  /** That it has an S3 credential as well (`s3-key.ts`); others have none. */
  readonly s3?: true;
  readonly revokedAt?: UnixMillis;
}

/** 1…200 characters without control characters: for labels and authors. */
export const KEY_TEXT_PATTERN = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
