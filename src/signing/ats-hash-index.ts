/**
 * ats-hash-index-v3 (EN 319 122-1 §5.5.2): the digests of all that an archive time-stamp covers
 * besides the signer's own fields. It lies unsigned in the time-stamp token, and is bound by being
 * part of what the token's imprint is over (`archive-time-stamp`).
 */
import { toHex } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import type { SignedData } from './cms-signed-data.js';
import { DerFields } from './der-fields.js';
import { derBytes, type DerNode } from './der-reader.js';
import { readOctetString, readSequence } from './der-values.js';
import { derOctetString, derOid, derSequence } from './der-writer.js';
import { type DigestAlgorithm, digestOf, readDigestAlgorithm } from './digest-algorithms.js';
import { readRevocationInfo } from './revocation-info.js';
import { SigningError } from './signing-error.js';

/** Digests under `digest`, or whatever else has been put there. */
export interface AtsHashIndex {
  readonly digest: DigestAlgorithm;
  readonly certificates: readonly Uint8Array[];
  readonly revocations: readonly Uint8Array[];
  readonly unsignedValues: readonly Uint8Array[];
}

/** What a signature carries besides the signer's own fields. */
export interface SignedDataElements {
  /** SHA-256 of each certificate. */
  readonly certificates: readonly Uint8Array[];
  /** SHA-256 of each CRL and OCSPResponse, without what CMS has around the second. */
  readonly revocations: readonly Uint8Array[];
  readonly unsignedValues: readonly UnsignedValue[];
}

/** One value of an unsigned attribute; each is covered for itself. */
export interface UnsignedValue {
  readonly type: string;
  readonly node: DerNode;
}

/** The index of all that the signature has now, in DER. Same signature and digest, same bytes. */
export function encodeAtsHashIndex(signedData: SignedData, digest: DigestAlgorithm): Uint8Array {
  const { certificateNodes, revocationNodes } = signedData;
  const listOf = (digests: readonly Uint8Array[]): Uint8Array =>
    derSequence(...digests.map(derOctetString));
  return derSequence(
    digest.identifier,
    listOf(certificateNodes.map((node) => digestOf(digest, derBytes(node)))),
    listOf(revocationNodes.map((node) => digestOf(digest, derBytes(node)))),
    listOf(unsignedValuesOf(signedData).map((value) => digestOfValue(digest, value))),
  );
}

/** @throws SigningError DER_MALFORMED, ALGORITHM_UNSUPPORTED. */
export function readAtsHashIndex(node: DerNode): AtsHashIndex {
  const fields = DerFields.of(node);
  const digest = readDigestAlgorithm(fields.next());
  const [certificates, revocations, unsignedValues] = [
    readDigests(fields.next()),
    readDigests(fields.next()),
    readDigests(fields.next()),
  ];
  fields.end();
  return { digest, certificates, revocations, unsignedValues };
}

/**
 * Which elements of the signature the index names, and which it does not because they came later.
 *
 * @returns null if the index names what is not there: then it is invalid (§5.5.2).
 */
export function compareWithIndex(
  index: AtsHashIndex,
  signedData: SignedData,
): { covered: SignedDataElements; later: SignedDataElements } | null {
  const { digest } = index;
  const certificates = split(index.certificates, signedData.certificateNodes, (node) =>
    digestOf(digest, derBytes(node)),
  );
  const revocations = split(index.revocations, signedData.revocationNodes, (node) =>
    digestOf(digest, derBytes(node)),
  );
  const values = split(index.unsignedValues, unsignedValuesOf(signedData), (value) =>
    digestOfValue(digest, value),
  );
  if (certificates === null || revocations === null || values === null) return null;
  const elements = (part: 'named' | 'others'): SignedDataElements => ({
    certificates: certificates[part].map((node) => sha256(derBytes(node))),
    revocations: revocations[part].map(evidenceSha256),
    unsignedValues: values[part],
  });
  return { covered: elements('named'), later: elements('others') };
}

/** Null if one of the digests is of none of the elements. */
function split<T>(
  digests: readonly Uint8Array[],
  elements: readonly T[],
  digestOfElement: (element: T) => Uint8Array,
): { named: readonly T[]; others: readonly T[] } | null {
  const missing = new Set(digests.map(toHex));
  // A digest twice, and there are more digests than elements to be named: not worth hashing.
  if (digests.length > elements.length || missing.size !== digests.length) return null;
  const [named, others]: [T[], T[]] = [[], []];
  for (const element of elements)
    (missing.delete(toHex(digestOfElement(element))) ? named : others).push(element);
  return missing.size === 0 ? { named, others } : null;
}

function evidenceSha256(node: DerNode): Uint8Array {
  try {
    return sha256(readRevocationInfo(node)?.der ?? derBytes(node));
  } catch (cause) {
    if (cause instanceof SigningError) return sha256(derBytes(node));
    throw cause;
  }
}

function unsignedValuesOf({ signer }: SignedData): readonly UnsignedValue[] {
  return signer.unsignedAttributes.flatMap(({ type, values }) =>
    values.map((node) => ({ type, node })),
  );
}

/** Over attrType and the one value, without what is around them. */
function digestOfValue(digest: DigestAlgorithm, { type, node }: UnsignedValue): Uint8Array {
  return digestOf(digest, derOid(type), derBytes(node));
}

function readDigests(node: DerNode): readonly Uint8Array[] {
  return readSequence(node).map((entry) => readOctetString(entry));
}
