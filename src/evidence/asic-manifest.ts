/** `ASiCManifest`: which files a signature of a container is over (EN 319 162-1, Annex A.4). */
import { equalBytes, fromBase64, toBase64, utf8, utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { type DigestAlgorithm, digestOf, DIGESTS } from '../signing/digest-algorithms.js';
import { type ContainerFile, SIGNATURE_TYPE } from './asic-container.js';
import { readXml, type XmlElement } from './internal/xml-reader.js';

export interface AsicManifest {
  /** Name of the member that is the signature over the manifest. */
  readonly signature: string;
  readonly references: readonly DataReference[];
}

export interface DataReference {
  readonly name: string;
  readonly digest: DigestAlgorithm;
  readonly value: Uint8Array;
}

export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** @param signature name of the member that the signature will be. */
export function formatManifest(files: readonly ContainerFile[], signature: string): Uint8Array {
  const references = files.map(
    ({ name, bytes, mediaType }) =>
      `<DataObjectReference URI="${name}" MimeType="${mediaType}">` +
      `<ds:DigestMethod Algorithm="${DIGEST_URIS.sha256}"/>` +
      `<ds:DigestValue>${toBase64(digestOf(DIGESTS.sha256, bytes))}</ds:DigestValue>` +
      '</DataObjectReference>',
  );
  return utf8(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<ASiCManifest xmlns="${ASIC}" xmlns:ds="${DS}">` +
      `<SigReference URI="${signature}" MimeType="${SIGNATURE_TYPE}"/>` +
      `${references.join('')}</ASiCManifest>\n`,
  );
}

/** Null for what is no manifest, or has something that is not read here. */
export function parseManifest(bytes: Uint8Array): AsicManifest | null {
  const root = bytes.length > MAX_MANIFEST_BYTES ? null : readXml(textOf(bytes), XML_LIMITS);
  if (root === null || !is(root, ASIC, 'ASiCManifest')) return null;
  const [first, ...others] = root.children;
  const isSignature = first !== undefined && is(first, ASIC, 'SigReference') && isEmpty(first);
  const signature = isSignature ? uriOf(first) : null;
  const references = others.map(readReference);
  const read = references.filter((reference) => reference !== null);
  return signature === null || read.length < references.length || !isBlank(root.text)
    ? null
    : { signature, references: read };
}

export function matches({ digest, value }: DataReference, bytes: Uint8Array): boolean {
  return equalBytes(digestOf(digest, bytes), value);
}

const ASIC = 'http://uri.etsi.org/02918/v1.2.1#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const DIGEST_URIS = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const satisfies Record<DigestAlgorithm['name'], string>;
const XML_LIMITS = { maxDepth: 16, maxElements: 10_000 };

/**
 * Extensions are refused, and whatever else the schema does not have: what they say of the file would not be
 * checked, and another reader might take it for something.
 */
function readReference(element: XmlElement): DataReference | null {
  const name = is(element, ASIC, 'DataObjectReference') ? uriOf(element) : null;
  const [method, value, ...others] = element.children;
  if (name === null || method === undefined || value === undefined || others.length > 0)
    return null;
  if (!is(method, DS, 'DigestMethod') || !is(value, DS, 'DigestValue')) return null;
  if (!isBlank(element.text) || !isEmpty(method) || value.children.length > 0) return null;
  const uri = method.attributes.get('Algorithm');
  const digest = Object.values(DIGESTS).find((each) => DIGEST_URIS[each.name] === uri);
  const bytes = digest === undefined ? null : base64Of(value.text, digest.length);
  return digest === undefined || bytes === null ? null : { name, digest, value: bytes };
}

function is({ namespace, name }: XmlElement, wanted: string, called: string): boolean {
  return namespace === wanted && name === called;
}

/** A name as it stands: those that a container may have need no percent encoding. */
function uriOf(element: XmlElement): string | null {
  return element.attributes.get('URI') ?? null;
}

function isEmpty({ children, text }: XmlElement): boolean {
  return children.length === 0 && isBlank(text);
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

function base64Of(text: string, length: number): Uint8Array | null {
  return refusing(() => fromBase64(text.replace(/[ \t\r\n]/g, ''), length));
}

/** What is not UTF-8 is no XML either. */
function textOf(bytes: Uint8Array): string {
  return refusing(() => utf8ToString(bytes)) ?? '';
}

function refusing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}
