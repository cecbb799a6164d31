/**
 * Whether two CMS are one signature at different times of its life: what the signer has signed and said is the
 * same, byte for byte; what others have added since, which no signature of the signer's covers, may differ.
 */
import { equalBytes } from '../base/bytes.js';
import { parseSignedData } from './cms-signed-data.js';
import { derBytes, type DerNode } from './der-reader.js';
import { SigningError } from './signing-error.js';

/** False also if one of them cannot be read. */
export function isSameSignature(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [signedFields(one), signedFields(other)];
  return (
    a !== null &&
    b !== null &&
    a.length === b.length &&
    a.every((field, at) => {
      const same = b[at];
      return same !== undefined && equalBytes(derBytes(field), derBytes(same));
    })
  );
}

/** version, sid, algorithms, signed attributes, signature value; null if it is no CMS. */
function signedFields(cms: Uint8Array): readonly DerNode[] | null {
  try {
    return parseSignedData(cms).signer.fields;
  } catch (cause) {
    if (cause instanceof SigningError) return null;
    throw cause;
  }
}
