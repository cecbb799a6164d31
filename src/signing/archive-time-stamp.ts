/**
 * The archive time-stamp, version 3 (EN 319 122-1 §5.5.3): a token over the content, the signer's
 * fields and an index of everything else, put in before what protected the signature so far grows
 * weak. Level B-LTA is one of them, renewal another.
 *
 *     const prepared = prepareArchiveTimeStamp(cms, contentDigest, digest);
 *     const token = await authority.stamp({ digest: digest.name, hash: prepared.imprint });
 *     const archived = withArchiveTimeStamp(cms, token, prepared.hashIndex);
 *
 * Nothing of the token is validated here.
 */
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import {
  type AtsHashIndex,
  compareWithIndex,
  encodeAtsHashIndex,
  readAtsHashIndex,
  type SignedDataElements,
} from './ats-hash-index.js';
import { unsignedAttribute, unsignedValues } from './cades-levels.js';
import { parseSignedData, type SignedData } from './cms-signed-data.js';
import { derBytes, type DerNode, readDer } from './der-reader.js';
import { readOid, readSequence } from './der-values.js';
import { derOid } from './der-writer.js';
import { type DigestAlgorithm, digestOf } from './digest-algorithms.js';
import { addToSignedData } from './internal/signed-data-additions.js';
import { OID } from './oids.js';
import { isRefusal, type Refusal } from './signature-report.js';
import { SigningError } from './signing-error.js';

export interface PreparedArchiveTimeStamp {
  /** What the token is to be over, hashed already. */
  readonly imprint: Uint8Array;
  /** ATSHashIndexV3 in DER; part of the imprint, to be put into the token. */
  readonly hashIndex: Uint8Array;
}

/**
 * @param cms at level B-LT or B-LTA, with all that the validation of its last time-stamp asks for.
 * @param contentDigest of the signed content, under `digest`: not the one in the signed attributes,
 *   whose algorithm may be the one that grows weak.
 * @throws SigningError CMS_MALFORMED.
 */
export function prepareArchiveTimeStamp(
  cms: Uint8Array,
  contentDigest: Uint8Array,
  digest: DigestAlgorithm,
): PreparedArchiveTimeStamp {
  assert(contentDigest.length === digest.length, 'a digest of the length its algorithm gives');
  const signedData = parseSignedData(cms);
  const hashIndex = encodeAtsHashIndex(signedData, digest);
  return { imprint: archiveImprint(signedData, contentDigest, hashIndex, digest), hashIndex };
}

/**
 * @param token in DER, over what `prepareArchiveTimeStamp` gave for this `cms`.
 * @throws SigningError CMS_MALFORMED, AUGMENTATION_REFUSED; the second also if the signature has
 *   changed since: then prepare again.
 */
export function withArchiveTimeStamp(
  cms: Uint8Array,
  token: { readonly der: Uint8Array },
  hashIndex: Uint8Array,
): Uint8Array {
  const { digest } = readAtsHashIndex(readDer(hashIndex));
  const signedData = parseSignedData(cms);
  if (!equalBytes(encodeAtsHashIndex(signedData, digest), hashIndex))
    throw refused('the signature has changed since the archive time-stamp was prepared');
  if (unsignedValues(parseSignedData(token.der, 'time-stamp-token'), OID.atsHashIndexV3).length > 0)
    throw refused('the token has an index of its own');
  const indexAttribute = unsignedAttribute(OID.atsHashIndexV3, hashIndex);
  const indexed = addToSignedData(
    token.der,
    { unsignedAttributes: [indexAttribute] },
    'time-stamp-token',
  );
  return addToSignedData(cms, {
    digestAlgorithms: unannounced(signedData, digest),
    unsignedAttributes: [unsignedAttribute(OID.archiveTimeStampV3, indexed)],
  });
}

/** As much of a TimeStampToken as its coverage depends on. */
export interface ArchiveToken {
  readonly signedData: SignedData;
  readonly info: {
    readonly imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array };
  };
}

export interface ArchiveCoverage {
  /** Besides the content, the signed attributes and the signature value: all of these existed. */
  readonly covers: SignedDataElements;
  /** Added since; nothing is known of when. */
  readonly later: SignedDataElements;
}

/**
 * Whether the token is over this signature and content, and over what else (§5.5.2, §5.5.3). Not
 * whether the token itself is genuine, or of anybody who is trusted.
 *
 * @param signedData the signature that has the token among its unsigned attributes.
 * @param contentDigestOf digests the signed content; null if it is known by other digests only.
 */
export function archiveTimeStampCoverage(
  signedData: SignedData,
  token: ArchiveToken,
  contentDigestOf: (digest: DigestAlgorithm) => Uint8Array | null,
): ArchiveCoverage | Refusal {
  const [indexNode, ...more] = unsignedValues(token.signedData, OID.atsHashIndexV3);
  if (indexNode === undefined || more.length > 0)
    return formatFailure('The archive time-stamp does not have exactly one index, version 3.');
  const index = readIndex(indexNode);
  if (isRefusal(index)) return index;
  const { digest, hash } = token.info.imprint;
  if (index.digest !== digest)
    return formatFailure('Index and imprint of the archive time-stamp use different digests.');
  const contentDigest = contentDigestOf(digest);
  if (contentDigest === null)
    return {
      subIndication: 'SIGNED_DATA_NOT_FOUND',
      says: `The archive time-stamp is over ${digest.name} of the content, which is known by another digest.`,
    };
  if (!equalBytes(archiveImprint(signedData, contentDigest, derBytes(indexNode), digest), hash))
    return hashFailure('The archive time-stamp is not over this signature and content.');
  const compared = compareWithIndex(index, signedData);
  if (compared === null)
    return hashFailure('What the archive time-stamp covers is not all there any more.');
  return { covers: compared.covered, later: compared.later };
}

/** The digest of §5.5.3. */
function archiveImprint(
  { contentType, signer }: SignedData,
  contentDigest: Uint8Array,
  hashIndex: Uint8Array,
  digest: DigestAlgorithm,
): Uint8Array {
  return digestOf(
    digest,
    derOid(contentType),
    contentDigest,
    ...signer.fields.map(derBytes),
    hashIndex,
  );
}

function readIndex(node: DerNode): AtsHashIndex | Refusal {
  try {
    return readAtsHashIndex(node);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    return cause.code === 'ALGORITHM_UNSUPPORTED'
      ? { subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', says: `${INDEX} uses an unknown digest.` }
      : formatFailure(`${INDEX} cannot be read: ${cause.message}.`);
  }
}

const INDEX = 'The index of the archive time-stamp';

/** Announced in SignedData (§5.5.3) unless the signer's own is the same, with parameters or without. */
function unannounced({ signer }: SignedData, digest: DigestAlgorithm): readonly Uint8Array[] {
  const [type] = readSequence(signer.digestAlgorithm);
  return type !== undefined && readOid(type) === digest.oid ? [] : [digest.identifier];
}

function formatFailure(says: string): Refusal {
  return { subIndication: 'FORMAT_FAILURE', says };
}

function hashFailure(says: string): Refusal {
  return { subIndication: 'HASH_FAILURE', says };
}

function refused(reason: string): SigningError {
  return new SigningError('AUGMENTATION_REFUSED', reason);
}
