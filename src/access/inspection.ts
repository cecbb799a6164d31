/**
 * An inspection: an authority's case, what of a ledger it may see, who looks under it and until when.
 * Kept as a thing of its own whose newest version holds (docs/formats/access.md); the persons in its
 * scope lie in parts of that record, each under their own secret.
 */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { formatInstant } from '../base/time.js';
import type { Principal } from './authorize.js';
import { type Grantee, isFor, type Signer } from './grant.js';

/** Which inspection something is done under, as far as whoever records it has to know. */
export interface InspectionMark {
  readonly id: string;
  /** Its entries go to a ledger that no route of the institution shows. */
  readonly isHidden: boolean;
}

export interface Inspection extends InspectionMark {
  /** From 1, within the ledger that keeps it. */
  readonly number: number;
  readonly ledger: string;
  readonly caseId: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly scope: InspectionScope;
  /** Who may read under it besides whoever opened it. */
  readonly inspectors: readonly NamedInspector[];
  readonly openedAt: UnixMillis;
  readonly openedBy: Signer;
  /** From then on nothing is shown under it. */
  readonly expiresAt: UnixMillis;
  readonly closedAt?: UnixMillis;
  readonly closedBy?: Signer;
}

/** What is absent does not narrow it. */
export interface InspectionScope {
  readonly subjects?: readonly string[];
  readonly types?: readonly string[];
  /** What was known in from ≤ t < to: see `inspection-scope.ts`. */
  readonly recordedFrom?: UnixMillis;
  readonly recordedTo?: UnixMillis;
}

export interface NamedInspector {
  readonly name: string;
  readonly to: Grantee;
}

export type InspectionState = 'open' | 'closed' | 'expired';

/** One in each tenant that has had a hidden inspection; no route leads there. */
export const HIDDEN_LEDGER = '_inspections';

export const INSPECTION_ID_PATTERN = /^[0-9a-f]{12}$/;
/** As many as a record has parts. */
export const MAX_SCOPE_SUBJECTS = 64;
export const MAX_SCOPE_TYPES = 100;
export const MAX_INSPECTORS = 32;
/** Open ones of a tenant. */
export const MAX_OPEN_INSPECTIONS = 1_000;
/** Of a tenant in a day: each stays in memory, and gives the persons in its scope a secret. */
export const MAX_OPENED_A_DAY = 200;
/** A case that goes on longer is opened again: it must not be forgotten that it is open. */
export const MAX_INSPECTION_DAYS = 366;

/** The party of every entry that is made under it: that is how they are found again. */
export function inspectionParty({ id }: InspectionMark): string {
  return `inspection:${id}`;
}

export function stateOfInspection(
  { closedAt, expiresAt }: Inspection,
  now: UnixMillis,
): InspectionState {
  if (closedAt !== undefined) return 'closed';
  return expiresAt <= now ? 'expired' : 'open';
}

/** Whether this is one of those who look under it. */
export function isInspector(
  { openedBy, inspectors }: Inspection,
  principal: Pick<Principal, 'keyId' | 'identity'>,
): boolean {
  return openedBy.key === principal.keyId || inspectors.some(({ to }) => isFor(to, principal));
}

/** As the API shows it, and as collections name it. */
export function inspectionToJson(inspection: Inspection): JsonObject {
  const { scope, inspectors, openedBy, closedBy, openedAt, closedAt, expiresAt } = inspection;
  const { id, ledger, caseId, authority, legalBasis, isHidden } = inspection;
  return definedMembers({
    id,
    ledger,
    caseId,
    authority,
    legalBasis,
    scope: scopeToJson(scope),
    inspectors: inspectors.map(({ name, to }): JsonValue => ({ name, ...to })),
    isHidden,
    openedAt: formatInstant(openedAt),
    openedBy: { ...openedBy },
    expiresAt: formatInstant(expiresAt),
    closedAt: closedAt === undefined ? undefined : formatInstant(closedAt),
    closedBy: closedBy === undefined ? undefined : { ...closedBy },
  });
}

export function scopeToJson({
  subjects,
  types,
  recordedFrom,
  recordedTo,
}: InspectionScope): JsonObject {
  return definedMembers({
    subjects,
    types,
    recordedFrom: recordedFrom === undefined ? undefined : formatInstant(recordedFrom),
    recordedTo: recordedTo === undefined ? undefined : formatInstant(recordedTo),
  });
}
