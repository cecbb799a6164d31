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
  /** What the signature brings along, at most 20; hostile until a path has used it. */
  readonly certificates: readonly Certificate[];
  /** Whether there are CRLs or OCSP responses. They are not read in this version. */
  readonly hasRevocationInformation: boolean;
  readonly signer: SignerInfo;
}

export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  /** AlgorithmIdentifiers; whether they are supported is for the validator to say. */
  readonly digestAlgorithm: DerNode;
  readonly signatureAlgorithm: DerNode;
  readonly signedAttributes: SignedAttributes;
  readonly signature: Uint8Array;
  /** Whether there are unsigned attributes (time-stamps and the like). Not read in this version. */
  readonly hasUnsignedAttributes: boolean;
}

export type SignerIdentifier =
  | {
      readonly kind: 'issuer-and-serial-number';
      readonly issuer: Uint8Array;
      readonly serialNumber: Uint8Array;
    }
  | { readonly kind: 'subject-key-identifier'; readonly subjectKeyIdentifier: Uint8Array };

/** Twenty certificates of 8 KiB and room for what else a CMS brings. */
export const CMS_LIMITS: DerLimits = { maxBytes: 262_144, maxNodes: 32_768, maxDepth: 32 };
export const MAX_CMS_CERTIFICATES = 20;

/** @throws SigningError CMS_MALFORMED for anything else than one signer's SignedData in DER. */
export function parseSignedData(cms: Uint8Array): SignedData {
  return parsing('CMS_MALFORMED', 'CMS', () => {
    const contentInfo = DerFields.of(readDer(cms, CMS_LIMITS));
    if (readOid(contentInfo.next()) !== OID.signedData) throw malformed('not SignedData');
    const signedData = readExplicit(contentInfo.next(), contextTag(0));
    contentInfo.end();
    return readSignedData(signedData);
  });
}

function readSignedData(node: DerNode): SignedData {
  const fields = DerFields.of(node);
  const version = readSmallInteger(fields.next());
  const digestAlgorithm = only(readSetOf(fields.next()), 'digest algorithm');
  const { contentType, content } = readEncapsulatedContent(fields.next());
  const certificates = readCertificates(fields.optional(contextTag(0)));
  const hasRevocationInformation = fields.optional(contextTag(1)) !== undefined;
  const signerInfo = only(readSetOf(fields.next()), 'signer');
  fields.end();

  const { signer, version: signerVersion } = readSignerInfo(signerInfo);
  // RFC 5652 §5.1. Attribute certificates and other formats, which raise it, are refused above.
  if (version !== (signerVersion === 3 || contentType !== OID.data ? 3 : 1))
    throw malformed('the version is not the one that its content asks for');
  if (!equalBytes(derBytes(digestAlgorithm), derBytes(signer.digestAlgorithm)))
    throw malformed('the digest algorithm is not the one of the signer');
  return { contentType, content, certificates, hasRevocationInformation, signer };
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

function readCertificates(node: DerNode | undefined): readonly Certificate[] {
  if (node === undefined) return [];
  const elements = readSequence(node, contextTag(0));
  // Counted before any is read: reading is what costs.
  if (elements.length > MAX_CMS_CERTIFICATES)
    throw malformed(`more than ${MAX_CMS_CERTIFICATES} certificates`);
  assertSetOrder(elements);
  return elements.map(certificateFrom);
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
  const hasUnsignedAttributes = fields.optional(contextTag(1)) !== undefined;
  fields.end();
  const signer: SignerInfo = {
    identifier,
    digestAlgorithm,
    signatureAlgorithm,
    signedAttributes: readSignedAttributes(signedAttributes),
    signature,
    hasUnsignedAttributes,
  };
  return { signer, version };
}

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
