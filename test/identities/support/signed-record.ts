/** Records as their authors sign them. */
import { createHash } from 'node:crypto';
import { toBase64 } from '../../../src/base/bytes.js';
import { canonicalJson, type JsonObject } from '../../../src/base/canonical-json.js';
import { claimBytes } from '../../../src/identities/claim-signature.js';
import type { TestKey } from './identity-kit.js';

export interface Signing {
  readonly author: string;
  readonly key: TestKey;
  /** `key`'s name unless given. */
  readonly keyId?: string;
  readonly signedAt?: string;
}

export function signedRecord(
  record: JsonObject,
  { author, key, keyId, signedAt }: Signing,
): JsonObject {
  const { payload = {}, subject = '', type = '' } = record;
  const claim = {
    ...{ $v: signedAt === undefined ? 1 : 2, author, nonce: '0'.repeat(32), subject, type },
    payloads: [createHash('sha256').update(canonicalJson(payload)).digest('hex')],
    ...(signedAt !== undefined && { signedAt }),
  };
  const value = toBase64(key.sign(claimBytes(claim)));
  return { ...record, claim, claimSignature: { keyId: keyId ?? key.did, alg: key.alg, value } };
}
