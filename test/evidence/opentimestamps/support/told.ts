/** What a file has, in the words of the table of vectors: `message kind what`, in the order of the file. */
import { toHex } from '../../../../src/base/bytes.js';
import type { OtsAttestation } from '../../../../src/evidence/opentimestamps/attestations.js';
import type { OtsFile } from '../../../../src/evidence/opentimestamps/ots-file.js';
import { verifyOts } from '../../../../src/evidence/opentimestamps/verify-ots.js';

export function toldBy(file: OtsFile): string[] {
  const { attestations } = verifyOts(file, file.digest, () => null);
  return attestations.map(
    ({ attestation, message }) => `${toHex(message)} ${attestation.kind} ${whatOf(attestation)}`,
  );
}

function whatOf(attestation: OtsAttestation): string {
  switch (attestation.kind) {
    case 'pending':
      return attestation.uri;
    case 'development':
      return attestation.chain;
    case 'unknown':
      return toHex(attestation.tag);
    default:
      return String(attestation.height);
  }
}
