/**
 * The check value of a PKCS#12 file (RFC 7292 §4, MacData): whether the passphrase is the one it was made
 * with, and the file what was made. It is compared before anything is decrypted.
 */
import { createHmac } from 'node:crypto';
import { equalBytes } from '../../base/bytes.js';
import { DerFields } from '../../signing/der-fields.js';
import type { DerNode } from '../../signing/der-reader.js';
import { TAG } from '../../signing/der-tag.js';
import { readNull, readOctetString, readOid, readSmallInteger } from '../../signing/der-values.js';
import { OID } from '../../signing/oids.js';
import { KeysError } from '../keys-error.js';
import type { Derivation } from './pkcs12-derivation.js';
import { wrongPassphrase } from './pkcs12-encryption.js';
import { PURPOSE } from './pkcs12-key-derivation.js';
import { PKCS12_OID } from './pkcs12-oids.js';

/**
 * @param content the octets of the authSafe.
 * @throws KeysError KEYS_PASSPHRASE_WRONG; KEYS_SEAL_UNUSABLE for a digest without an entry.
 */
export function checkMac(macData: DerNode, content: Uint8Array, derivation: Derivation): void {
  const fields = DerFields.of(macData);
  const digestInfo = DerFields.of(fields.next());
  const salt = readOctetString(fields.next());
  const count = fields.optional(TAG.integer);
  fields.end();
  const algorithm = DerFields.of(digestInfo.next());
  const digest = DIGESTS[readOid(algorithm.next())];
  const expected = readOctetString(digestInfo.next());
  digestInfo.end();
  if (digest === undefined)
    throw new KeysError(
      'KEYS_SEAL_UNUSABLE',
      'the check value of the PKCS#12 file is of a kind that is not read: export it again with SHA-256',
    );
  const parameters = algorithm.optional(TAG.null);
  if (parameters !== undefined) readNull(parameters);
  algorithm.end();
  const iterations = count === undefined ? 1 : readSmallInteger(count);
  const { name, length } = digest;
  const key = derivation.pkcs12(name, PURPOSE.mac, salt, iterations, length);
  const found = new Uint8Array(createHmac(name, key).update(content).digest());
  if (!equalBytes(found, expected)) throw wrongPassphrase();
}

interface MacDigest {
  readonly name: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly length: number;
}

const DIGESTS: Readonly<Record<string, MacDigest>> = {
  [PKCS12_OID.sha1]: { name: 'sha1', length: 20 },
  [OID.sha256]: { name: 'sha256', length: 32 },
  [OID.sha384]: { name: 'sha384', length: 48 },
  [OID.sha512]: { name: 'sha512', length: 64 },
};
