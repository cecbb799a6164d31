/** The authorities that a trust file names (docs/formats/trust.md): for all and for ever, or within a scope. */
import type { JsonValue } from '../../base/canonical-json.js';
import { ChirographError } from '../../base/errors.js';
import { INSTANT, JsonMembers, oneOf, type Refuse, type Shape } from '../../base/json-members.js';
import { parseCertificate } from '../../signing/certificate.js';
import {
  TRUST_PURPOSES,
  type TrustAnchor,
  trustAnchorFrom,
  type TrustPurpose,
} from '../../signing/trust-anchor.js';
import { base64UpTo, listOf } from './evidence-shapes.js';

/** One item of `certificates`, which stands at `path`. @throws what `refuse` makes. */
export function readTrustAnchor(value: JsonValue, path: string, refuse: Refuse): TrustAnchor {
  if (typeof value === 'string') {
    const anchor = ANCHOR.read(value);
    if (anchor === null) throw refuse(`the member ${path} is not ${ANCHOR.what}`);
    return anchor;
  }
  const members = new JsonMembers(value, refuse, path);
  const anchor = members.required('certificate', ANCHOR);
  const purposes = members.optional('purposes', PURPOSES);
  const from = members.optional('from', INSTANT) ?? null;
  const until = members.optional('until', INSTANT) ?? null;
  members.end();
  if (from !== null && until !== null && until < from)
    throw refuse(`${path} ends before it begins`);
  return { ...anchor, purposes: purposes === undefined ? null : new Set(purposes), from, until };
}

const BASE64 = base64UpTo(65_536);
const ANCHOR: Shape<TrustAnchor> = {
  what: 'base64 DER of a certificate whose key can be used',
  read: (value) => {
    const der = BASE64.read(value);
    try {
      return der === null ? null : trustAnchorFrom(parseCertificate(der));
    } catch (cause) {
      if (cause instanceof ChirographError) return null;
      throw cause;
    }
  },
};

/** `[]` would be an authority for nothing, which nobody can have meant. */
const PURPOSES: Shape<readonly TrustPurpose[]> = {
  what: `one or more of ${TRUST_PURPOSES.join(', ')}`,
  read: (value) => {
    const purposes = listOf(oneOf(...TRUST_PURPOSES), TRUST_PURPOSES.length).read(value);
    return purposes === null || purposes.length === 0 ? null : purposes;
  },
};
