/** EN 319 102-1 §5.2.2: whether it is a detached CAdES signature of one signer at all. */
import { parseSignedData, type SignedData } from '../cms-signed-data.js';
import { OID } from '../oids.js';
import type { Refusal } from '../signature-report.js';
import { SigningError } from '../signing-error.js';

export function readDetached(cms: Uint8Array): SignedData | Refusal {
  let signedData: SignedData;
  try {
    signedData = parseSignedData(cms);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return formatFailure(`It is not a signature that can be read: ${cause.message}.`);
  }
  const { contentType, content, signer } = signedData;
  if (content !== null) return formatFailure('It carries its own content; it must be detached.');
  if (contentType !== OID.data) return formatFailure('Its content type is not id-data.');
  if (signer.signedAttributes.contentType !== contentType)
    return formatFailure('The signed content type is not the one that it states.');
  return signedData;
}

function formatFailure(says: string): Refusal {
  return { subIndication: 'FORMAT_FAILURE', says };
}
