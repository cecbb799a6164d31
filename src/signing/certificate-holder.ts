/**
 * Whether a certificate is of a person or of an organization, and the number that names the holder
 * (ETSI EN 319 412-1 §5.1, -2 §4.2.4, -3 §4.2.1). As its issuer wrote it; nothing of it is looked up.
 */
import type { Certificate } from './certificate.js';
import { nameAttribute } from './distinguished-name.js';
import { OID } from './oids.js';
import { qcClaims } from './qc-statements.js';

export interface CertificateHolder {
  /** Null if the name does not say. */
  readonly kind: 'natural-person' | 'legal-person' | null;
  readonly identifier: HolderIdentifier | null;
}

/** `PNOBE-12345`: a number, of a kind, in a country. */
export interface HolderIdentifier {
  /** PAS, IDC, PNO, TAX, TIN, EID of people; VAT, NTR, PSD, LEI of organizations; or national ones. */
  readonly type: string;
  /** Two letters. */
  readonly country: string;
  /** Raw text: not safe to print. */
  readonly value: string;
}

export function certificateHolder(certificate: Certificate): CertificateHolder {
  const { subject } = certificate;
  const serialNumber = nameAttribute(subject, 'serialNumber');
  const organizationIdentifier = nameAttribute(subject, 'organizationIdentifier');
  const semantics = qcClaims(certificate)?.semantics ?? null;
  const person = identifierFrom(serialNumber);
  const organization = identifierFrom(organizationIdentifier);
  // First the person: one of an organization has the organization's number too (-2 §4.2.4).
  const isPerson =
    PERSONAL.some((type) => nameAttribute(subject, type) !== null) ||
    semantics === OID.semanticsNatural ||
    (person !== null && PERSONAL_NUMBERS.has(person.type));
  if (isPerson) return { kind: 'natural-person', identifier: person };
  if (organizationIdentifier !== null || semantics === OID.semanticsLegal)
    return { kind: 'legal-person', identifier: organization };
  return { kind: null, identifier: null };
}

const PERSONAL = ['givenName', 'SN', 'pseudonym'] as const;
const PERSONAL_NUMBERS: ReadonlySet<string> = new Set(['PAS', 'IDC', 'PNO', 'TAX', 'TIN', 'EID']);

/** EN 319 412-1 §5.1.3 and §5.1.4: three letters, or two and a colon for what one country has defined. */
function identifierFrom(text: string | null): HolderIdentifier | null {
  const match = /^([A-Z]{3}|[A-Z]{2}:)([A-Z]{2})-(.{1,256})$/u.exec(text ?? '');
  if (match === null) return null;
  const [, type = '', country = '', value = ''] = match;
  return { type, country, value };
}
