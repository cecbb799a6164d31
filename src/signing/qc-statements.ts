/**
 * What a certificate claims about itself in its QCStatements (RFC 3739 §3.2.6, ETSI EN 319 412-5 §4.2 and
 * §4.3). Its issuer's word, and no more: whether anything is what it claims is for a trusted list of the
 * time to say, which is not read here.
 */
import { asBuffer } from '../base/bytes.js';
import type { Certificate } from './certificate.js';
import { DerFields } from './der-fields.js';
import { derContent, type DerNode } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readBigInteger, readOid, readSequence, readSmallInteger } from './der-values.js';
import { extensionValue } from './extension-list.js';
import { OID } from './oids.js';
import { SigningError } from './signing-error.js';

export interface QcClaims {
  /** To have been issued as a certificate of the law that `countries` names. Statement 1. */
  readonly compliance: boolean;
  /** The key is in a device made for that. Statement 4. */
  readonly keyInDevice: boolean;
  /** What the certificate is for; others by their OID. Statement 6. */
  readonly types: readonly string[];
  /** Under whose law, as two letters each; none: that of the European Union. Statement 7. */
  readonly countries: readonly string[];
  /** Under whose law the device is one, likewise. Statement 9. */
  readonly deviceCountries: readonly string[];
  /** How the holder was identified, by OID. Statement 8. */
  readonly identificationMethods: readonly string[];
  /** The value of a transaction that the issuer answers for: `amount` · 10^`exponent`. Statement 2. */
  readonly limit: MonetaryValue | null;
  /** How long the issuer keeps what it knows after the certificate has ended. Statement 3. */
  readonly retentionYears: number | null;
  /** Where the issuer explains its terms. Statement 5. */
  readonly disclosures: readonly Disclosure[];
  /** What the identifiers in the name mean (EN 319 412-1 §5.1), by OID. */
  readonly semantics: string | null;
  /** OIDs of statements that are unknown here, or that cannot be read. */
  readonly notUnderstood: readonly string[];
}

export interface MonetaryValue {
  /** ISO 4217, three letters or three digits. */
  readonly currency: string;
  readonly amount: bigint;
  readonly exponent: number;
}

export interface Disclosure {
  /** As written: a stranger's text. */
  readonly url: string;
  /** ISO 639-1. */
  readonly language: string;
}

/** Null if there are no statements. Statements that cannot be read are named and claim nothing. */
export function qcClaims({ extensions }: Certificate): QcClaims | null {
  // `parseCertificate` has seen that it is a sequence of statements with an id each.
  const statements = extensionValue(extensions.all, OID.qcStatements, readSequence);
  if (statements === null) return null;
  const claims: Writable<QcClaims> & { notUnderstood: string[] } = { ...NOTHING, notUnderstood: [] };
  for (const statement of statements) {
    const fields = DerFields.of(statement);
    const id = readOid(fields.next());
    const information = fields.optionalAny();
    const read = READERS.get(id);
    if (read === undefined || !understands(() => Object.assign(claims, read(information))))
      claims.notUnderstood.push(id);
  }
  return claims;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING: Omit<QcClaims, 'notUnderstood'> = {
  compliance: false,
  keyInDevice: false,
  types: [],
  countries: [],
  deviceCountries: [],
  identificationMethods: [],
  limit: null,
  retentionYears: null,
  disclosures: [],
  semantics: null,
};

const TYPES: ReadonlyMap<string, string> = new Map([
  [OID.qcTypeSignature, 'signature'],
  [OID.qcTypeSeal, 'seal'],
  [OID.qcTypeWeb, 'web'],
]);

type Reader = (information: DerNode | undefined) => Partial<QcClaims>;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [OID.qcCompliance, (node) => (none(node), { compliance: true })],
  [OID.qcSscd, (node) => (none(node), { keyInDevice: true })],
  [OID.qcType, (node) => ({ types: readOids(some(node)).map((oid) => TYPES.get(oid) ?? oid) })],
  [OID.qcCcLegislation, (node) => ({ countries: readCountries(some(node)) })],
  [OID.qcQscdLegislation, (node) => ({ deviceCountries: readCountries(some(node)) })],
  [OID.qcIdentMethod, (node) => ({ identificationMethods: readOids(some(node)) })],
  [OID.qcLimitValue, (node) => ({ limit: readMonetaryValue(some(node)) })],
  [OID.qcRetentionPeriod, (node) => ({ retentionYears: readSmallInteger(some(node)) })],
  [OID.qcPds, (node) => ({ disclosures: readSequence(some(node)).map(readDisclosure) })],
  [OID.qcSyntaxV1, readSemantics],
  [OID.qcSyntaxV2, readSemantics],
]);

function readMonetaryValue(node: DerNode): MonetaryValue {
  const fields = DerFields.of(node);
  const currency = fields.next();
  const amount = readBigInteger(fields.next());
  const exponent = readBigInteger(fields.next());
  fields.end();
  const isNumber = currency.tag === TAG.integer;
  // Cents, or thousands: more would be no sum that anybody means.
  if (exponent < -18n || exponent > 18n) throw malformed('an exponent is out of all proportion');
  return {
    currency: isNumber
      ? String(readSmallInteger(currency)).padStart(3, '0')
      : readText(currency, TAG.printableString, /^[A-Za-z]{3}$/),
    amount,
    exponent: Number(exponent),
  };
}

function readDisclosure(node: DerNode): Disclosure {
  const fields = DerFields.of(node);
  const url = readText(fields.next(), TAG.ia5String, /^[\x21-\x7e]{1,2048}$/);
  const language = readText(fields.next(), TAG.printableString, /^[A-Za-z]{2}$/);
  fields.end();
  return { url, language };
}

/** SemanticsInformation; both of its fields are optional, and so is it. */
function readSemantics(node: DerNode | undefined): Partial<QcClaims> {
  const identifier = node === undefined ? undefined : DerFields.of(node).optional(TAG.objectIdentifier);
  return identifier === undefined ? {} : { semantics: readOid(identifier) };
}

function readOids(node: DerNode): readonly string[] {
  return readSequence(node).map(readOid);
}

function readCountries(node: DerNode): readonly string[] {
  return readSequence(node).map((country) =>
    readText(country, TAG.printableString, /^[A-Za-z]{2}$/),
  );
}

function readText(node: DerNode, tag: number, pattern: RegExp): string {
  const text = asBuffer(derContent(node)).toString('latin1');
  if (node.tag !== tag || !pattern.test(text)) throw malformed('a text has another form');
  return text;
}

function some(node: DerNode | undefined): DerNode {
  if (node === undefined) throw malformed('a statement says nothing');
  return node;
}

function none(node: DerNode | undefined): void {
  if (node !== undefined) throw malformed('a statement says more than it should');
}

function understands(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (cause) {
    if (cause instanceof SigningError) return false;
    throw cause;
  }
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
