/**
 * Whether an answer is one to this request (RFC 3161 §2.2 and §2.4.2, the client's side): granted, with
 * its nonce, policy and hash, signed by a key for time-stamping, and at a time that can be.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import type { AlgorithmPolicy } from './algorithm-policy.js';
import { isRefusal, type SubIndication } from './signature-report.js';
import type { TimeStampRequest } from './time-stamp-request.js';
import type { TimeStampResponse } from './time-stamp-response.js';
import {
  checkTimeStampToken,
  type GenuineTimeStamp,
  type TimeStampToken,
} from './time-stamp-token.js';

export type ResponseFlaw =
  /** Not granted; status and failInfo of the response say more. */
  | 'rejected'
  /** Over another hash, or by another digest. */
  | 'imprint'
  /** Of another request: an old answer, or somebody else's. */
  | 'nonce'
  /** Under another policy than was asked for. */
  | 'policy'
  /** certReq was sent and the authority's certificate is not inside. */
  | 'no-certificate'
  /** The token is not genuine, or not by a key for time-stamping; `subIndication` says which. */
  | 'token'
  /** genTime is further from the clock than its accuracy and the tolerance allow. */
  | 'implausible-time';

export interface RefusedResponse {
  readonly kind: 'refused';
  readonly flaw: ResponseFlaw;
  /** Of EN 319 102-1, where `flaw` is `token`. */
  readonly subIndication: SubIndication | null;
  /** A sentence; holds nothing that the authority wrote but what is escaped. */
  readonly says: string;
}

export interface AcceptedResponse extends GenuineTimeStamp {
  readonly kind: 'accepted';
  readonly token: TimeStampToken;
}

export interface ResponseCircumstances {
  readonly now: UnixMillis;
  /** How far the authority's clock may be from ours, its accuracy not counted. */
  readonly toleranceMillis: number;
  readonly policy: AlgorithmPolicy;
}

export function checkTimeStampResponse(
  request: TimeStampRequest,
  response: TimeStampResponse,
  { now, toleranceMillis, policy }: ResponseCircumstances,
): AcceptedResponse | RefusedResponse {
  const { token } = response;
  if (token === null) return refused('rejected', rejection(response));
  const { info, signedData } = token;
  const { digest, hash } = request.imprint;
  if (info.imprint.digest !== digest || !equalBytes(info.imprint.hash, hash))
    return refused('imprint', 'The token is not over the hash that was sent.');
  if (!isSameNonce(request.nonce, info.nonce))
    return refused('nonce', 'The token is the answer to another request (nonce).');
  if (request.policy !== null && request.policy !== info.policy)
    return refused('policy', 'The token is under another policy than was asked for.');
  if (request.certReq && signedData.certificates.length === 0)
    return refused('no-certificate', "The token lacks the authority's certificate.");
  const imprinted = { algorithm: digest.name, digest: hash };
  const genuine = checkTimeStampToken(token, imprinted, policy, now);
  if (isRefusal(genuine)) return refused('token', genuine.says, genuine.subIndication);
  if (Math.abs(info.genTime - now) > toleranceMillis + (info.accuracyMillis ?? 0))
    return refused('implausible-time', "The authority's clock and ours are too far apart.");
  return { kind: 'accepted', token, ...genuine };
}

function refused(
  flaw: ResponseFlaw,
  says: string,
  subIndication: SubIndication | null = null,
): RefusedResponse {
  return { kind: 'refused', flaw, subIndication, says };
}

function rejection({ status, failInfo, statusString }: TimeStampResponse): string {
  const reasons = failInfo.length === 0 ? '' : ` (${failInfo.join(', ')})`;
  const [text] = statusString;
  return `The authority answers ${status}${reasons}${text === undefined ? '' : `: ${text}`}.`;
}

/** A token that has a nonce where none was sent is not an answer to that request either. */
function isSameNonce(sent: Uint8Array | null, received: Uint8Array | null): boolean {
  if (sent === null || received === null) return sent === received;
  return equalBytes(sent, received);
}
