/**
 * How much room an entry has for signatures. Evidence of it holds all that are shown, as base64 in a file of
 * 64 MiB at most: so the first ones may be large, with revocation lists of their own, and the others may not.
 */
import { MAX_SIGNATURES } from '../../evidence/evidence-file.js';
import { CommandError } from '../command-error.js';

/** Of a signature with everything in it that it will ever need. */
export const MAX_CMS_BYTES = 1024 * 1024;
const MAX_LARGE_SIGNATURES = 8;
/** A statement is under 64 KiB and a chain under ten certificates: enough for one without lists. */
const MAX_SMALL_BYTES = 128 * 1024;

/**
 * @param count signatures that evidence will show once this one is there.
 * @param size bytes of the CMS; 0 if it is not there yet.
 * @throws CommandError SIGNATURE_LIMIT.
 */
export function assertFits(count: number, size: number): void {
  if (count > MAX_SIGNATURES)
    throw signatureLimit(
      `an entry has at most ${MAX_SIGNATURES} signatures: sign a new version of the record`,
    );
  const most = count > MAX_LARGE_SIGNATURES ? MAX_SMALL_BYTES : MAX_CMS_BYTES;
  if (size > most)
    throw signatureLimit(
      `the signature has ${size} bytes, and there is room for ${most}: leave revocation data out`,
    );
}

export function signatureLimit(message: string): CommandError {
  return new CommandError('SIGNATURE_LIMIT', message);
}
