/**
 * What a prepared signing is made again from at its second step, as the client carries it: canonical JSON in
 * base64url. Nothing of it is trusted: what comes of it is a signature of the certificate's key, or nothing.
 */
import { fromBase64Url, toBase64Url } from '../../base/base64url.js';
import type { UnixMillis } from '../../base/brand.js';
import { toBase64, utf8 } from '../../base/bytes.js';
import { canonicalJson, parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import type { HexDigest } from '../../base/hex-digest.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  INSTANT,
  JsonMembers,
  oneOf,
  type Refuse,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../../signing/algorithms.js';

export interface PreparedTerms {
  readonly algorithm: SignatureAlgorithmName;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  /** Leaf hash of what is signed. */
  readonly of: HexDigest;
  readonly signingTime: UnixMillis;
}

/** With a certificate and its chain, each as large as one may be. */
export const MAX_PREPARED_LENGTH = 192 * 1024;
export const MAX_SIGNING_CHAIN = 9;
export const SIGNING_ALGORITHMS = Object.keys(SIGNATURE_ALGORITHMS) as SignatureAlgorithmName[];

export function formatPrepared(terms: PreparedTerms): string {
  const { algorithm, certificate, chain, of, signingTime } = terms;
  const json = canonicalJson({
    $v: FORMAT,
    algorithm,
    certificate: toBase64(certificate),
    of,
    signingTime: formatInstant(signingTime),
    ...(chain.length > 0 && { chain: chain.map(toBase64) }),
  });
  return toBase64Url(utf8(json));
}

/** @throws what `refuse` makes. */
export function parsePrepared(text: string, refuse: Refuse): PreparedTerms {
  const members = new JsonMembers(readJson(text, refuse), refuse);
  if (members.required('$v', COUNT) !== FORMAT)
    throw refuse('it was prepared by another version of the program: prepare it again');
  const terms = {
    algorithm: members.required('algorithm', oneOf(...SIGNING_ALGORITHMS)),
    certificate: members.required('certificate', base64Of()),
    chain: members.optional('chain', arrayOf(base64Of(), MAX_SIGNING_CHAIN)) ?? [],
    of: members.required('of', DIGEST),
    signingTime: members.required('signingTime', INSTANT),
  };
  members.end();
  return terms;
}

const FORMAT = 1;

function readJson(text: string, refuse: Refuse): ReturnType<typeof parseCanonicalJson> {
  try {
    return parseCanonicalJson(fromBase64Url(text));
  } catch (cause) {
    if (cause instanceof BaseError) throw refuse('`prepared` is not what was handed out');
    throw cause;
  }
}
