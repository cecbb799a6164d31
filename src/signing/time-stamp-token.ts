/**
 * Time-stamp tokens (RFC 3161 §2.4.2, RFC 5816): a CMS in which an authority says that a hash existed
 * at an instant (docs/formats/time-stamp.md). Reading says nothing about trust, and a check only that
 * the token is genuine: whether its authority is trusted is for its certificate's path.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { acceptsDigest, type AlgorithmPolicy } from './algorithm-policy.js';
import type { SignatureAlgorithm } from './algorithms.js';
import type { Certificate } from './certificate.js';
import { parseSignedData, type SignedData } from './cms-signed-data.js';
import { cmsToDer } from './cms-to-der.js';
import { type ContentDigest, contentDigestUnder } from './content-digest.js';
import { derBytes, type DerNode, readDer } from './der-reader.js';
import { identifyAuthority, tokenForgery, tokenMeans } from './internal/time-stamp-signer.js';
import { OID } from './oids.js';
import { isRefusal, type Refusal } from './signature-report.js';
import { parsing, SigningError } from './signing-error.js';
import { timeStampUsageFlaw } from './time-stamp-usage.js';
import { readTstInfo, type TstInfo } from './tst-info.js';

export interface TimeStampToken {
  /** DER where it came by itself; as it stands in a signature that carries it. */
  readonly der: Uint8Array;
  /** Of `der`. */
  readonly sha256: Uint8Array;
  readonly signedData: SignedData;
  /** DER of the TSTInfo, which is what is signed. */
  readonly content: Uint8Array;
  readonly info: TstInfo;
}

/**
 * A token by itself, in BER or DER.
 *
 * @throws SigningError TIME_STAMP_MALFORMED; ALGORITHM_UNSUPPORTED if it is over a hash of another kind
 *   than SHA-2.
 */
export function parseTimeStampToken(bytes: Uint8Array): TimeStampToken {
  return parsing('TIME_STAMP_MALFORMED', 'time-stamp token', () => {
    const der = cmsToDer(bytes);
    return readToken(der, der);
  });
}

/**
 * A token inside something else that has been read, such as an unsigned attribute. Its bytes are kept,
 * since other time-stamps hash them; sets that came unsorted are sorted for reading alone.
 *
 * @throws as `parseTimeStampToken`.
 */
export function timeStampTokenFrom(node: DerNode): TimeStampToken {
  return parsing('TIME_STAMP_MALFORMED', 'time-stamp token', () =>
    readToken(derBytes(node), cmsToDer(derBytes(node))),
  );
}

/** A token that its authority's key has made over this content. Nobody has vouched for the authority. */
export interface GenuineTimeStamp {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
}

/**
 * Everything but trust and time: the content, the certificate that is named, that it is for time-stamping
 * alone, and the signature. Never throws for what a stranger has sent.
 *
 * @param at an instant at which the token is known to have existed; the algorithms are those of then.
 * @param others certificates besides those in the token.
 */
export function checkTimeStampToken(
  token: TimeStampToken,
  imprinted: Uint8Array | ContentDigest,
  policy: AlgorithmPolicy,
  at: UnixMillis,
  others: readonly Certificate[] = [],
): GenuineTimeStamp | Refusal {
  const { signedData, info } = token;
  const mismatch = imprintMismatch(info, imprinted, policy, at);
  if (mismatch !== null) return mismatch;
  const certificate = identifyAuthority(signedData, others, policy, at);
  if (isRefusal(certificate)) return certificate;
  const flaw = timeStampUsageFlaw(certificate);
  if (flaw !== null)
    return {
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
      says: `The authority's certificate ${flaw}.`,
    };
  const means = tokenMeans(signedData.signer, certificate, policy, at);
  if (isRefusal(means)) return means;
  const forgery = tokenForgery(signedData.signer, means, token.content);
  return forgery ?? { certificate, algorithm: means.algorithm };
}

function readToken(der: Uint8Array, readable: Uint8Array): TimeStampToken {
  const signedData = parseSignedData(readable, 'time-stamp-token');
  const { contentType, content, signer } = signedData;
  if (contentType !== OID.tstInfo || content === null) throw malformed('it has no TSTInfo inside');
  if (signer.signedAttributes.contentType !== contentType)
    throw malformed('the signed content type is not TSTInfo');
  const info = readTstInfo(readDer(content));
  // RFC 5280 §4.2 in the sense of RFC 3161 §2.4.2: we know of no extension that could be critical.
  if (info.extensions.some(({ isCritical }) => isCritical))
    throw malformed('it has a critical extension that is not known');
  return { der, sha256: sha256(der), signedData, content, info };
}

function imprintMismatch(
  { imprint }: TstInfo,
  imprinted: Uint8Array | ContentDigest,
  policy: AlgorithmPolicy,
  at: UnixMillis,
): Refusal | null {
  const { name } = imprint.digest;
  if (!acceptsDigest(policy, name, at))
    return {
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
      says: 'What is time-stamped is hashed by a digest that is not accepted.',
    };
  const digest = contentDigestUnder(imprinted, imprint.digest);
  if (digest === null)
    return {
      subIndication: 'SIGNED_DATA_NOT_FOUND',
      says: `What is time-stamped is not known by ${name}, which the token is over.`,
    };
  return equalBytes(digest, imprint.hash)
    ? null
    : { subIndication: 'HASH_FAILURE', says: 'It is not this that was time-stamped.' };
}

function malformed(reason: string): SigningError {
  return new SigningError('TIME_STAMP_MALFORMED', `time-stamp token: ${reason}`);
}
