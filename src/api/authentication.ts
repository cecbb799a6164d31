/**
 * A route says which action it is, and gets the principal that may do it. There is no other way to a
 * principal, so no route can forget to ask.
 */
import type { Request, RequestHandler, Response } from 'express';
import { AccessError } from '../access/access-error.js';
import type { Authenticator, LogInAttempt } from '../access/authenticator.js';
import { type Action, authorize, type Principal } from '../access/authorize.js';
import type { Disclosure } from '../access/disclosure.js';
import type { ClientCertificates } from './client-certificates.js';
import type { LoginLimiter } from './rate-limit.js';

export type AuthorizedHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => void | Promise<void>;

/** Finds what is to be shown, and sends nothing by itself. */
export type DisclosingHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => Promise<Disclosure>;

export interface Guard {
  /** The handler of a route that does `action` in the tenant of whoever asks, and shows no payload. */
  (action: Action, handler: AuthorizedHandler): RequestHandler;
  /** Of a route that shows payloads: they are sent once they are on record. */
  disclosing(action: Action, handler: DisclosingHandler): RequestHandler;
}

export interface GuardOptions {
  /** Asked in this order; the last one takes whatever is left. */
  readonly authenticators: readonly Authenticator[];
  readonly certificates: Pick<ClientCertificates, 'of'>;
  readonly limiter: LoginLimiter;
}

/** Handlers then throw what the authenticators refuse with, ACCESS_DENIED or ApiError LOGIN_RATE_LIMITED. */
export function createGuard({ authenticators, certificates, limiter }: GuardOptions): Guard {
  const attempt = async (request: Request): Promise<LogInAttempt> => {
    const { authorization } = request.headers;
    const credentials = { authorization, certificate: certificates.of(request.socket) };
    for (const authenticator of authenticators) {
      const attempted = await authenticator.attempt(credentials);
      if (attempted !== null) return attempted;
    }
    throw new Error('no authenticator takes what the others leave');
  };
  const logIn = async (request: Request): Promise<Principal> => {
    const { claimed, outcome } = await attempt(request);
    // Keys that do not exist count as one account: nobody is locked out, and nothing grows.
    const account = claimed ?? 'no key';
    // Before the outcome is told, even a good one: or guessing would go on under the limit.
    await limiter.check(request, account);
    if (!(outcome instanceof AccessError)) return outcome;
    // Nobody has failed where nothing could be judged.
    if (outcome.code !== 'ACCESS_ISSUER_UNAVAILABLE') await limiter.failed(request, account);
    throw outcome;
  };
  const guard =
    (action: Action, handler: AuthorizedHandler): RequestHandler =>
    async (request, response) => {
      const principal = await logIn(request);
      authorize(principal, action, principal.tenant);
      await handler(principal, request, response);
    };
  const disclosing = (action: Action, handler: DisclosingHandler): RequestHandler =>
    guard(action, async (principal, request, response) => {
      const { send } = await handler(principal, request, response);
      await send();
    });
  return Object.assign(guard, { disclosing });
}
