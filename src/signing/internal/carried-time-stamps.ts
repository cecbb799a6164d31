/** The time-stamps that a signature carries, in the order in which they are to be validated. */
import type { UnixMillis } from '../../base/brand.js';
import type { SignedData, UnsignedAttribute } from '../cms-signed-data.js';
import type { DerNode } from '../der-reader.js';
import { OID } from '../oids.js';
import { SigningError } from '../signing-error.js';
import { type TimeStampToken, timeStampTokenFrom } from '../time-stamp-token.js';

export interface CarriedTimeStamp {
  readonly kind: 'signature' | 'archive';
  readonly attribute: UnsignedAttribute;
  /** Null for what is no token that can be read; `flaw` then says why. */
  readonly token: TimeStampToken | null;
  readonly flaw: string;
}

/**
 * Archive time-stamps before those over the signature, and the newest first: each is proven to have
 * existed by the ones that were made after it (EN 319 102-1 §5.6.3.4 step 5).
 */
export function carriedTimeStamps({ signer }: SignedData): readonly CarriedTimeStamp[] {
  const carried = signer.unsignedAttributes.flatMap((attribute) => {
    const kind = KINDS.get(attribute.type);
    return kind === undefined
      ? []
      : attribute.values.map((value) => ({ kind, attribute, ...readToken(value) }));
  });
  // Sorting is stable: time-stamps of one instant stay in the order of the encoding.
  return carried.sort((a, b) =>
    a.kind === b.kind ? timeOf(b) - timeOf(a) : a.kind === 'archive' ? -1 : 1,
  );
}

export function isTimeStampType(attributeType: string): boolean {
  return KINDS.has(attributeType);
}

const KINDS: ReadonlyMap<string, CarriedTimeStamp['kind']> = new Map([
  [OID.signatureTimeStamp, 'signature'],
  [OID.archiveTimeStampV3, 'archive'],
]);

function readToken(node: DerNode): Pick<CarriedTimeStamp, 'token' | 'flaw'> {
  try {
    return { token: timeStampTokenFrom(node), flaw: '' };
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return { token: null, flaw: cause.message };
  }
}

function timeOf({ token }: CarriedTimeStamp): UnixMillis {
  return token?.info.genTime ?? (0 as UnixMillis);
}
