/** Limits on how often one address may fail to log in, and, if set, may ask at all. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import type { Clock } from '../base/time.js';
import { ApiError } from './api-error.js';

const WINDOW_MILLIS = 60_000;

/** What came over a connection. */
type Connected = Pick<IncomingMessage, 'socket'>;

export interface LoginLimiter {
  /** @throws ApiError LOGIN_RATE_LIMITED if `account` failed too often from this address of late. */
  check(request: Connected, account: string): Promise<void>;
  /** Counts a failure. */
  failed(request: Connected, account: string): Promise<void>;
}

/**
 * Counts failures only, by address *and* claimed key. By address alone one bad client behind a proxy
 * would lock out the others; by key alone any stranger could lock out its holder.
 */
export function createLoginLimiter(failuresPerMinute: number, clock: Clock): LoginLimiter {
  const failures = new MemoryStore();
  // As a middleware it would count requests when they begin: many good ones at a time would be too
  // many. So it only gives the store its window and its clean-up.
  rateLimit({ store: failures, windowMs: WINDOW_MILLIS, validate: false });
  return {
    check: async (request, account) => {
      const counted = await failures.get(counterOf(request, account));
      if (counted === undefined || counted.totalHits < failuresPerMinute) return;
      const waitMillis = (counted.resetTime?.getTime() ?? Infinity) - clock.now();
      throw new ApiError('LOGIN_RATE_LIMITED', 'too many failed log-ins: wait, and check the key', {
        retryAfterSeconds: secondsWithin(waitMillis),
      });
    },
    failed: async (request, account) => {
      await failures.increment(counterOf(request, account));
    },
  };
}

export interface RequestLimiter {
  /** @throws ApiError REQUEST_RATE_LIMITED. */
  take(request: Connected): Promise<void>;
}

/** As `limitRequests`, for what Express does not serve. */
export function createRequestLimiter(requestsPerMinute: number, clock: Clock): RequestLimiter {
  const store = new MemoryStore();
  rateLimit({ store, windowMs: WINDOW_MILLIS, validate: false });
  return {
    take: async (request) => {
      const { totalHits, resetTime } = await store.increment(addressOf(request));
      if (totalHits <= requestsPerMinute) return;
      const waitMillis = (resetTime?.getTime() ?? Infinity) - clock.now();
      throw tooManyRequests(secondsWithin(waitMillis));
    },
  };
}

/** Counts every request, by address. */
export function limitRequests(requestsPerMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MILLIS,
    limit: requestsPerMinute,
    legacyHeaders: false,
    keyGenerator: addressOf,
    // Its checks write to the console, and are about proxies, which the app does not trust.
    validate: false,
    handler: (_request, response, next) => {
      const retryAfter = Number(response.getHeader('Retry-After'));
      next(tooManyRequests(secondsWithin(retryAfter * 1000)));
    },
  });
}

function tooManyRequests(retryAfterSeconds: number): ApiError {
  return new ApiError('REQUEST_RATE_LIMITED', 'too many requests: send fewer', {
    retryAfterSeconds,
  });
}

function secondsWithin(millis: number): number {
  const bounded = Math.min(Math.max(millis || 0, 1000), WINDOW_MILLIS);
  return Math.ceil(bounded / 1000);
}

function counterOf(request: Connected, account: string): string {
  return `${addressOf(request)} ${account}`;
}

/**
 * The peer's, not `request.ip`: that is the same as long as no proxy is trusted, and takes its time to
 * find that out. An IPv6 client has a whole network to choose from: its /56 counts as one.
 */
function addressOf({ socket: { remoteAddress } }: Connected): string {
  return remoteAddress === undefined ? 'unknown' : ipKeyGenerator(remoteAddress);
}
