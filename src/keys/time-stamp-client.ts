/** A time-stamp authority over HTTP (RFC 3161 §3.4): what it answers is believed in nothing. */
import { randomBytes, type RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { encodeTimeStampRequest, parseTimeStampRequest } from '../signing/time-stamp-request.js';
import { TIME_STAMP_RESPONSE_LIMITS } from '../signing/time-stamp-response.js';
import type { TrustAnchor } from '../signing/trust-anchor.js';
import { acceptedToken } from './internal/accepted-token.js';
import type { SendOutbound } from './outbound-message.js';
import type { RequestBudget, TimeStampAuthority } from './time-stamp-authority.js';

export interface TimeStampClientOptions {
  readonly name: string;
  readonly url: string;
  /** OID of the policy to ask for; null leaves it to the authority. */
  readonly policy: string | null;
  readonly anchors: readonly TrustAnchor[];
  readonly send: SendOutbound;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** How far its clock may be from ours, its accuracy and the time on the way not counted. */
  readonly toleranceMillis: number;
  /** None without it. */
  readonly budget?: RequestBudget;
}

const REQUEST_TYPE = 'application/timestamp-query';
const RESPONSE_TYPE = 'application/timestamp-reply';
const NONCE_LENGTH = 16;

export function timeStampClient(options: TimeStampClientOptions): TimeStampAuthority {
  const { name, url, policy, anchors, send, clock, random, toleranceMillis, budget } = options;
  return {
    name,
    ...(budget !== undefined && { budget }),
    async stamp({ digest, hash }, { signal } = {}) {
      const nonce = randomBytes(random, NONCE_LENGTH);
      const body = encodeTimeStampRequest({ digest, hash, nonce, policy, certReq: true });
      const sentAt = clock.now();
      const answer = await send({
        url,
        method: 'POST',
        headers: { 'content-type': REQUEST_TYPE },
        body,
        accepts: [RESPONSE_TYPE],
        maxBytes: TIME_STAMP_RESPONSE_LIMITS.maxBytes,
        ...(signal !== undefined && { signal }),
      });
      return acceptedToken(answer.body, {
        // As it was sent: what the answer is compared with is what the authority has read.
        request: parseTimeStampRequest(body),
        anchors,
        sentAt,
        receivedAt: clock.now(),
        toleranceMillis,
      });
    },
  };
}
