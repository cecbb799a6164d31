/**
 * A route says which action it is, and gets the principal that may do it. There is no other way to a
 * principal, so no route can forget to ask; and what is shown, done or refused is on record before a
 * byte of the answer leaves (design §3.12).
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Authority, LedgerRoles } from '../access/access-book.js';
import { AccessError } from '../access/access-error.js';
import type { AccessLog, ActAbout, Acting } from '../access/access-log.js';
import type { Authenticator, LogInAttempt } from '../access/authenticator.js';
import {
  type Action,
  authorize,
  type Principal,
  type Role,
  rolesAllowing,
} from '../access/authorize.js';
import type { DisclosedEntry, Disclosure } from '../access/disclosure.js';
import { type Inspections, outOfScope } from '../access/inspection-book.js';
import { scopeFault } from '../access/inspection-scope.js';
import type { Inspection } from '../access/inspection.js';
import { actionIn, readsEntries } from '../access/reserved-ledger.js';
import type { JsonObject } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import type { ClientCertificates } from './client-certificates.js';
import { markDisclosing } from './disclosing-routes.js';
import { INSPECTION_HEADER, inspectionOf } from './inspection-header.js';
import type { LedgerPlaces } from './ledger-places.js';
import type { LoginLimiter } from './rate-limit.js';
import { requestIdOf } from './request-id.js';

/** Puts a refused try on record that is answered within a longer answer; nothing for what is no such try. */
export type Refuse = (error: unknown) => Promise<void>;

export type AuthorizedHandler = (
  principal: Principal,
  request: Request,
  response: Response,
  refuse: Refuse,
) => void | Promise<void>;

/** Finds what is to be shown, and sends nothing by itself. */
export type DisclosingHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => Promise<Disclosure>;

/** What is about to be done, found well-formed. */
export interface AdministrativeAct extends ActAbout {
  /** Does it. Called once, and only when it is on record that it is begun. */
  readonly take: () => Promise<ActTaken>;
}

export interface ActTaken {
  /** Ids of what it made. */
  readonly made: JsonObject;
  /** Called when it is on record that it is done. */
  readonly send: () => void;
}

/** Checks what is asked, and does nothing by itself. */
export type AdministeringHandler = (
  principal: Principal,
  request: Request,
  response: Response,
) => AdministrativeAct | Promise<AdministrativeAct>;

/**
 * A route with a parameter `ledger` is about that ledger: grants for it count, and one that is hidden
 * from the principal is renamed to one that nobody has, so that it answers as what is not there does.
 */
export interface Guard {
  /** The handler of a route that does `action` in the tenant of whoever asks, and shows no payload. */
  (action: Action, handler: AuthorizedHandler): RequestHandler;
  /** Of a route that shows payloads: they are sent once they are on record. */
  disclosing(action: Action, handler: DisclosingHandler): RequestHandler;
  /** Of a route that changes who may do what, or what there is: on record before it is done, and after. */
  administering(action: Action, handler: AdministeringHandler): RequestHandler;
  /**
   * The same for routes about files: what grants for folders give counts besides, where it is for the folder asked about.
   * @param placeOf the path, or the beginning of all paths, that a request is about.
   */
  below(placeOf: (request: Request) => string): Guard;
}

/** What grants for folders of a drive give. */
export interface FolderAuthority {
  /** @param place a path, or the beginning of all paths that are meant. @returns nothing where there is no such drive. */
  rolesBelow(principal: Principal, drive: string, place: string): Promise<readonly Role[]>;
}

export interface GuardOptions {
  /** Asked in this order; the last one takes whatever is left. */
  readonly authenticators: readonly Authenticator[];
  readonly certificates: Pick<ClientCertificates, 'of'>;
  readonly limiter: LoginLimiter;
  readonly authority: Authority;
  readonly inspections: Inspections;
  readonly log: AccessLog;
  /** Of a node with ledgers. */
  readonly places?: LedgerPlaces;
  readonly folders?: FolderAuthority;
}

/** What every handler begins with. */
interface Entered {
  readonly principal: Principal;
  readonly acting: Acting;
  /** Null of what is not read under one. */
  readonly inspection: Inspection | null;
  /** What is thrown in it, and says that the principal may not, is put on record. */
  readonly refusing: <T>(run: () => T | Promise<T>) => Promise<T>;
  readonly refuse: Refuse;
  /** Asked again, of an answer that goes on: throws once it is no longer permitted. */
  readonly stillMay: () => Promise<void>;
}

/** What roles are asked for. */
export interface AskedRoles {
  readonly action: Action;
  readonly ledger: string | null;
  /** Null of what is about no file. */
  readonly place: string | null;
}

/**
 * Handlers then throw what the authenticators refuse with, ACCESS_DENIED, what `Inspections` refuses
 * with, INSPECTION_REQUIRED or ApiError LOGIN_RATE_LIMITED; and, where something cannot be put on record, what the ledger throws.
 */
export function createGuard(options: GuardOptions): Guard {
  return guardFor(options, () => null);
}

function guardFor(options: GuardOptions, placeOf: (request: Request) => string | null): Guard {
  const { authenticators, certificates, limiter, inspections, log, places } = options;
  const attempt = async (request: Request): Promise<LogInAttempt> => {
    const { authorization } = request.headers;
    const credentials = { authorization, certificate: certificates.of(request.socket) };
    for (const authenticator of authenticators) {
      const attempted = await authenticator.attempt(credentials);
      if (attempted !== null) return attempted;
    }
    throw new Error('no authenticator takes what the others leave');
  };
  const logIn = async (request: Request, requestId: string): Promise<Principal> => {
    const { claimed, tenant, outcome } = await attempt(request);
    // Keys that do not exist count as one account: nobody is locked out, and nothing grows.
    const account = claimed ?? 'no key';
    // Before the outcome is told, even a good one: or guessing would go on under the limit.
    await limiter.check(request, account);
    if (!(outcome instanceof AccessError)) return outcome;
    // Nobody has failed where nothing could be judged.
    if (outcome.code === 'ACCESS_ISSUER_UNAVAILABLE') throw outcome;
    await limiter.failed(request, account);
    if (claimed !== null && tenant !== undefined)
      log.failedLogIn({ tenant, claimed, code: outcome.code, request: requestId });
    throw outcome;
  };

  /** Tells of a write that another node takes which one that is. */
  const located = (error: unknown, { tenant }: Principal, request: Request): unknown => {
    const ledger = ledgerOf(request);
    if (codeOf(error) !== 'LEDGER_ELSEWHERE' || ledger === null) return error;
    return places?.redirection(tenant, ledger, request) ?? error;
  };

  const enter = async (
    action: Action,
    isDisclosing: boolean,
    request: Request,
    response: Response,
  ): Promise<Entered> => {
    const requestId = requestIdOf(response);
    const known = await logIn(request, requestId);
    const ledger = ledgerOf(request);
    const asked = actionIn(ledger, action, isDisclosing);
    // What is done is never hidden from the institution: only reads are made under an inspection.
    const under = isDisclosing ? inspectionOf(request) : undefined;
    const mark = under === undefined ? null : inspections.markOf(known, under);
    const acting: Acting = {
      principal: known,
      action: asked,
      request: requestId,
      ...(mark !== null && { inspection: mark }),
    };
    const refuse: Refuse = async (error) => {
      const code = refusalOf(error);
      if (code !== null) await log.refused(acting, code, namedLedger(ledger));
    };
    const refusing = async <T>(run: () => T | Promise<T>): Promise<T> => {
      try {
        return await run();
      } catch (error) {
        await refuse(error);
        throw located(error, known, request);
      }
    };
    const permit = async (): Promise<Permitted> => {
      const place = placeOf(request);
      const found = await rolesAt(options, known, { action: asked, ledger, place });
      const principal = { ...known, roles: found.roles };
      const allowing = authorize(principal, asked, known.tenant);
      const inspection = under === undefined ? null : inspections.enter(known, under, ledger);
      // Its entries may be hidden, which is for inspectors alone.
      if (inspection !== null && !allowing.includes('inspector')) throw notInspector();
      if (isDisclosing && inspection === null && allowing.every((role) => role === 'inspector'))
        throw noInspection();
      return { principal, inspection, isHidden: found.isHidden };
    };
    const stillMay = (): Promise<void> =>
      refusing(async () => {
        if ((await permit()).isHidden) throw hiddenSince();
      });
    return refusing(async () => {
      const { principal, inspection, isHidden } = await permit();
      if (isHidden) request.params['ledger'] = NO_LEDGER;
      const shown = ledgerOf(request);
      // Of one that is hidden as well: what is wrong with the request must not tell it from none.
      if (shown !== null && isRead(request))
        await places?.beforeRead(known.tenant, shown, request, response);
      if (readsEntries(ledger, asked)) await log.applied();
      return { principal, acting, inspection, refusing, refuse, stillMay };
    });
  };

  const guard =
    (action: Action, handler: AuthorizedHandler): RequestHandler =>
    async (request, response) => {
      const { principal, refusing, refuse } = await enter(action, false, request, response);
      await refusing(() => handler(principal, request, response, refuse));
    };

  const disclosing = (action: Action, handler: DisclosingHandler): RequestHandler =>
    markDisclosing(async (request, response) => {
      const entered = await enter(action, true, request, response);
      const { principal, acting, inspection, refusing, stillMay } = entered;
      const disclosure = await refusing(async () => {
        const found = await handler(principal, request, response);
        if (inspection !== null) await checkScope(inspection, found);
        return found;
      });
      await log.disclosed(acting, disclosure);
      // A crash here leaves on record what was about to be shown, and was not.
      await disclosure.send(async (entries: readonly DisclosedEntry[]) => {
        const more = { ...disclosure, entries };
        await stillMay();
        if (inspection !== null) await refusing(() => checkScope(inspection, more));
        await log.disclosed(acting, more);
      });
    });

  const administering =
    (action: Action, handler: AdministeringHandler): RequestHandler =>
    async (request, response) => {
      const { principal, acting, refusing } = await enter(action, false, request, response);
      const act = await refusing(() => handler(principal, request, response));
      await log.begun(acting, act);
      let taken: ActTaken;
      try {
        taken = await act.take();
      } catch (error) {
        await log.ended(acting, act, { code: codeOf(error) });
        throw located(error, principal, request);
      }
      // A crash here leaves on record that it was begun: it may have been done.
      await log.ended(acting, act, { made: taken.made });
      taken.send();
    };

  const below = (place: (request: Request) => string): Guard => guardFor(options, place);
  return Object.assign(guard, { disclosing, administering, below });
}

interface Permitted {
  readonly principal: Principal;
  readonly inspection: Inspection | null;
  readonly isHidden: boolean;
}

/** Grants for folders are looked for only where nothing else allows it. */
export async function rolesAt(
  { authority, folders }: Pick<GuardOptions, 'authority' | 'folders'>,
  known: Principal,
  { action, ledger, place }: AskedRoles,
): Promise<LedgerRoles> {
  const found = authority.rolesIn(known, ledger);
  if (folders === undefined || ledger === null || place === null) return found;
  if (!found.isHidden && rolesAllowing(action, found.roles).length > 0) return found;
  const more = await folders.rolesBelow(known, ledger, place);
  if (more.length === 0) return found;
  // What a hidden one is opened by is all that counts there.
  return { roles: found.isHidden ? more : [...found.roles, ...more], isHidden: false };
}

/** @throws AccessError INSPECTION_OUT_OF_SCOPE. */
async function checkScope({ scope }: Inspection, found: Disclosure): Promise<void> {
  const { question, entries } = found;
  const standing = (await found.standing?.()) ?? [];
  const fault = scopeFault(scope, { question, entries, standing });
  if (fault !== null) throw outOfScope(fault);
}

/** A name that no ledger can have. */
export const NO_LEDGER = '';
function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

const LEDGER_NAME = /^[a-z0-9_][a-z0-9._-]{0,62}$/;

function ledgerOf({ params }: Request): string | null {
  const { ledger } = params;
  return typeof ledger === 'string' ? ledger : null;
}

/** A stranger's text is not entered. */
function namedLedger(ledger: string | null): string | null {
  return ledger !== null && LEDGER_NAME.test(ledger) ? ledger : null;
}

/** What is put on record as a refused try. Looking for what is not there is one: it may be another's. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'INSPECTION_REQUIRED',
  'INSPECTION_UNKNOWN',
  'INSPECTION_CLOSED',
  'INSPECTION_EXPIRED',
  'INSPECTION_OUT_OF_SCOPE',
  'INSPECTION_HIDING_REFUSED',
  'ACCESS_APPROVAL_NEEDED',
  'ACCESS_TYPE_RESTRICTED',
  'ACCESS_KEY_NOT_FOUND',
  'ACCESS_GRANT_UNKNOWN',
  'ACCESS_TENANT_UNKNOWN',
  'HOLD_UNKNOWN',
  'ERASURE_UNKNOWN',
  'ESCROW_COPY_UNKNOWN',
  'LEDGER_UNKNOWN',
  'DRIVE_UNKNOWN',
  'IDENTITY_UNKNOWN',
  /** Whoever tries out a list. */
  'SEARCH_RATE_LIMITED',
]);

function refusalOf(error: unknown): string | null {
  const code = codeOf(error);
  return REFUSALS.has(code) || code.startsWith('CLAIM_') ? code : null;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof ChirographError ? error.code : null;
  return typeof code === 'string' ? code : 'INTERNAL';
}

function hiddenSince(): AccessError {
  return new AccessError('ACCESS_DENIED', 'what allowed this has been taken back');
}

function notInspector(): AccessError {
  return new AccessError(
    'ACCESS_DENIED',
    `reading under an inspection needs a key with the role inspector; use one, or leave out ${INSPECTION_HEADER}`,
  );
}

function noInspection(): AccessError {
  return new AccessError(
    'INSPECTION_REQUIRED',
    `an inspector reads content only under an open inspection: open one, and name it in the header ${INSPECTION_HEADER}`,
  );
}
