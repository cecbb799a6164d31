/**
 * CMS SignedData (RFC 5652 §5) with exactly one signer, in DER throughout. BER, which RFC 5652
 * allows outside the signed attributes, is refused: it would give one signature many encodings.
 */
import { equalBytes } from '../base/bytes.js';
import { type Certificate, certificateFrom } from './certificate.js';
import { DerFields } from './der-fields.js';
import { assertSetOrder, derBytes, type DerLimits, type DerNode, readDer } from './der-reader.js';
import { contextPrimitiveTag, contextTag } from './der-tag.js';
import {
  readExplicit,
  readIntegerBytes,
  readOctetString,
  readOid,
  readSequence,
  readSetOf,
  readSmallInteger,
} from './der-values.js';
import { OID } from './oids.js';
import { readSignedAttributes, type SignedAttributes } from './signed-attributes.js';
import { parsing, SigningError } from './signing-error.js';

export interface SignedData {
  readonly contentType: string;
  /** Null for a detached signature. */
  readonly content: Uint8Array | null;
  /** What the signature brings along, at most 40; hostile until a path has used it. */
  readonly certificates: readonly Certificate[];
  /** The same, as they are encoded; what archive time-stamps hash. */
  readonly certificateNodes: readonly DerNode[];
  /** RevocationInfoChoices: CRLs, and OCSP responses under `[1]`. Read by whoever judges them. */
  readonly revocationNodes: readonly DerNode[];
  readonly signer: SignerInfo;
}

export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  /** AlgorithmIdentifiers; whether they are supported is for the validator to say. */
  readonly digestAlgorithm: DerNode;
  readonly signatureAlgorithm: DerNode;
  readonly signedAttributes: SignedAttributes;
  readonly signature: Uint8Array;
  /** In the order of the encoding. No signature covers them but those of time-stamps. */
  readonly unsignedAttributes: readonly UnsignedAttribute[];
  /** version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature as encoded. */
  readonly fields: readonly DerNode[];
}

/** A type may occur more than once (RFC 5652 §11.4 and EN 319 122-1 §5.2.3 allow it). */
export interface UnsignedAttribute {
  readonly type: string;
  readonly values: readonly DerNode[];
  readonly node: DerNode;
}

export type SignerIdentifier =
  | {
      readonly kind: 'issuer-and-serial-number';
      readonly issuer: Uint8Array;
      readonly serialNumber: Uint8Array;
    }
  | { readonly kind: 'subject-key-identifier'; readonly subjectKeyIdentifier: Uint8Array };

/** Room for the CRLs of level LT. Of the worst that fits, 262,144 empty values, reading takes 0.1 s. */
export const CMS_LIMITS: DerLimits = { maxBytes: 2_097_152, maxNodes: 262_144, maxDepth: 32 };
/** Those of a signer and of as many time-stamping authorities as a signature outlives. */
export const MAX_CMS_CERTIFICATES = 40;
export const MAX_CMS_REVOCATIONS = 40;
export const MAX_UNSIGNED_ATTRIBUTES = 32;
/** In all attributes together: each is hashed anew for each archive time-stamp. */
export const MAX_UNSIGNED_VALUES = 64;

/**
 * What it is to be. Time-stamping authorities take liberties that RFC 5652 grants and signatures on
 * documents are not given: more digest algorithms than the signer's, or the same with and without
 * NULL; and signing-certificate beside its second version.
 */
export type SignedDataKind = 'signature' | 'time-stamp-token';

/** @throws SigningError CMS_MALFORMED for anything else than one signer's SignedData in DER. */
export function parseSignedData(cms: Uint8Array, kind: SignedDataKind = 'signature'): SignedData {
  return parsing('CMS_MALFORMED', 'CMS', () => {
    const contentInfo = DerFields.of(readDer(cms, CMS_LIMITS));
    if (readOid(contentInfo.next()) !== OID.signedData) throw malformed('not SignedData');
    const signedData = readExplicit(contentInfo.next(), contextTag(0));
    contentInfo.end();
    return readSignedData(signedData, kind);
  });
}

function readSignedData(node: DerNode, kind: SignedDataKind): SignedData {
  const fields = DerFields.of(node);
  const version = readSmallInteger(fields.next());
  const digestAlgorithms = readSetOf(fields.next());
  const { contentType, content } = readEncapsulatedContent(fields.next());
  const certificates = readCertificates(fields.optional(contextTag(0)));
  const revocationNodes = readRevocationInformation(fields.optional(contextTag(1)));
  const signerInfo = only(readSetOf(fields.next()), 'signer');
  fields.end();

  const { signer, version: signerVersion } = readSignerInfo(signerInfo);
  // RFC 5652 §5.1. Attribute certificates and other formats of certificates are refused above.
  const hasOtherRevocation = revocationNodes.some(({ tag }) => tag === contextTag(1));
  const plainVersion = signerVersion === 3 || contentType !== OID.data ? 3 : 1;
  if (version !== (hasOtherRevocation ? 5 : plainVersion))
    throw malformed('the version is not the one that its content asks for');
  assertDigestNamed(digestAlgorithms, signer, kind);
  const { signingCertificates, signingCertificatesBySha1 } = signer.signedAttributes;
  // Each would be read by some and not by others.
  if (kind === 'signature' && signingCertificates !== null && signingCertificatesBySha1 !== null)
    throw malformed('two attributes name the signing certificate');
  return { contentType, content, ...certificates, revocationNodes, signer };
}

/**
 * RFC 5652 §5.1: whoever hashes while reading learns from the set which digest will be asked for.
 * Nobody signs it, so that in a signature each must have its reason: the signer's, and those of
 * archive time-stamps (EN 319 122-1 §5.5.3).
 */
function assertDigestNamed(
  algorithms: readonly DerNode[],
  { digestAlgorithm, unsignedAttributes }: SignerInfo,
  kind: SignedDataKind,
): void {
  const archives = unsignedAttributes.filter(({ type }) => type === OID.archiveTimeStampV3);
  if (kind === 'signature' && algorithms.length > 1 + archives.length)
    throw malformed('there are digest algorithms that nothing in it uses');
  const isNamed =
    kind === 'signature'
      ? algorithms.some((algorithm) => equalBytes(derBytes(algorithm), derBytes(digestAlgorithm)))
      : algorithms.some((algorithm) => algorithmOf(algorithm) === algorithmOf(digestAlgorithm));
  if (!isNamed) throw malformed('the digest algorithm is not the one of the signer');
}

/** Without its parameters. */
function algorithmOf(identifier: DerNode): string {
  return readOid(DerFields.of(identifier).next());
}

function readEncapsulatedContent(node: DerNode): Pick<SignedData, 'contentType' | 'content'> {
  const fields = DerFields.of(node);
  const contentType = readOid(fields.next());
  const content = fields.optional(contextTag(0));
  fields.end();
  return {
    contentType,
    content: content === undefined ? null : readOctetString(readExplicit(content, contextTag(0))),
  };
}

function readCertificates(
  node: DerNode | undefined,
): Pick<SignedData, 'certificates' | 'certificateNodes'> {
  if (node === undefined) return { certificates: [], certificateNodes: [] };
  const elements = readSequence(node, contextTag(0));
  // Counted before any is read: reading is what costs.
  if (elements.length > MAX_CMS_CERTIFICATES)
    throw malformed(`more than ${MAX_CMS_CERTIFICATES} certificates`);
  assertSetOrder(elements);
  return { certificates: elements.map(certificateFrom), certificateNodes: elements };
}

function readRevocationInformation(node: DerNode | undefined): readonly DerNode[] {
  if (node === undefined) return [];
  const elements = readSequence(node, contextTag(1));
  if (elements.length > MAX_CMS_REVOCATIONS)
    throw malformed(`more than ${MAX_CMS_REVOCATIONS} CRLs and OCSP responses`);
  assertSetOrder(elements);
  return elements;
}

function readSignerInfo(node: DerNode): { signer: SignerInfo; version: number } {
  const fields = DerFields.of(node);
  const version = readSmallInteger(fields.next());
  const identifier = readSignerIdentifier(fields.next());
  // RFC 5652 §5.3.
  if (version !== (identifier.kind === 'issuer-and-serial-number' ? 1 : 3))
    throw malformed("the signer's version is not the one that its identifier asks for");
  const digestAlgorithm = fields.next();
  // Without them one signature value can be read as that of two different contents.
  const signedAttributes = fields.optional(contextTag(0));
  if (signedAttributes === undefined) throw malformed('there are no signed attributes');
  const signatureAlgorithm = fields.next();
  const signature = readOctetString(fields.next());
  const unsignedAttributes = readUnsignedAttributes(fields.optional(contextTag(1)));
  fields.end();
  const signer: SignerInfo = {
    identifier,
    digestAlgorithm,
    signatureAlgorithm,
    signedAttributes: readSignedAttributes(signedAttributes),
    signature,
    unsignedAttributes,
    fields: node.children.slice(0, 6),
  };
  return { signer, version };
}

function readUnsignedAttributes(node: DerNode | undefined): readonly UnsignedAttribute[] {
  if (node === undefined) return [];
  const elements = readSequence(node, contextTag(1));
  if (elements.length > MAX_UNSIGNED_ATTRIBUTES)
    throw malformed(`more than ${MAX_UNSIGNED_ATTRIBUTES} unsigned attributes`);
  assertSetOrder(elements);
  const attributes = elements.map(readUnsignedAttribute);
  if (attributes.reduce((sum, { values }) => sum + values.length, 0) > MAX_UNSIGNED_VALUES)
    throw malformed(`more than ${MAX_UNSIGNED_VALUES} values of unsigned attributes`);
  return attributes;
}

function readUnsignedAttribute(node: DerNode): UnsignedAttribute {
  const fields = DerFields.of(node);
  const type = readOid(fields.next());
  const values = readSetOf(fields.next());
  fields.end();
  // An attribute without a value says nothing, and no archive time-stamp would cover it.
  if (values.length === 0 || (SINGLE_VALUED.has(type) && values.length > 1))
    throw malformed('an unsigned attribute has no value, or more than its type allows');
  return { type, values, node };
}

/** EN 319 122-1 §5.3, §5.5.2, §5.5.3. */
const SINGLE_VALUED: ReadonlySet<string> = new Set([
  OID.signatureTimeStamp,
  OID.archiveTimeStampV3,
  OID.atsHashIndexV3,
]);

function readSignerIdentifier(node: DerNode): SignerIdentifier {
  const keyIdentifierTag = contextPrimitiveTag(0);
  if (node.tag === keyIdentifierTag)
    return {
      kind: 'subject-key-identifier',
      subjectKeyIdentifier: readOctetString(node, keyIdentifierTag),
    };
  const fields = DerFields.of(node);
  const issuer = derBytes(fields.next());
  const serialNumber = readIntegerBytes(fields.next());
  fields.end();
  return { kind: 'issuer-and-serial-number', issuer, serialNumber };
}

function only(elements: readonly DerNode[], what: string): DerNode {
  const [element, ...more] = elements;
  if (element === undefined || more.length > 0) throw malformed(`there is not exactly one ${what}`);
  return element;
}

function malformed(reason: string): SigningError {
  return new SigningError('CMS_MALFORMED', `CMS: ${reason}`);
}
