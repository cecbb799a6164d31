/**
 * A hold: an authority's or a court's case for which data are kept, whatever policies say. Kept as a thing
 * of its own whose newest version holds (docs/formats/retention.md); the persons in its scope lie in
 * parts, each under their own secret.
 */
import { isOther, type Signer } from '../access/grant.js';
import type { UnixMillis } from '../base/brand.js';
import { canonicalJson, type JsonObject } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import type { DataScope } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import { HOLD_CLASS } from './kept.js';
import { RetentionError } from './retention-error.js';

/** `extension`: an authority has it kept longer than the policy, as far as that allows it. */
export type HoldKind = 'hold' | 'extension';

export interface Hold {
  /** From 1, without a gap: that is how all are found when a node opens. */
  readonly number: number;
  readonly id: string;
  readonly kind: HoldKind;
  readonly caseId: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly scope: HoldScope;
  /** From then on it holds nothing. */
  readonly until?: UnixMillis;
  readonly placedAt: UnixMillis;
  readonly placedBy: Signer;
  readonly release?: HoldRelease;
}

/** What is absent does not narrow it. */
export interface HoldScope {
  readonly subjects?: readonly string[];
  /** How many more it is about that are not named here any more: it has been released, or they are forgotten. */
  readonly unnamed?: number;
  readonly classes?: readonly string[];
  readonly ledger?: string;
}

/** Done where `releasedAt` is there, else proposed. */
export interface HoldRelease {
  readonly reason: string;
  readonly proposedAt: UnixMillis;
  readonly proposedBy: Signer;
  readonly releasedAt?: UnixMillis;
  readonly releasedBy?: Signer;
}

export type HoldState = 'active' | 'release-proposed' | 'released' | 'expired';

export const HOLD_ID_PATTERN = /^[0-9a-f]{12}$/;
/** As many as a record has parts. */
export const MAX_HOLD_SUBJECTS = 64;
export const MAX_HOLD_CLASSES = 64;
/** In force at a time. */
export const MAX_ACTIVE_HOLDS = 1_000;
/** Of a tenant in a day: each stays in memory, and gives the persons in its scope a secret. */
export const MAX_PLACED_A_DAY = 200;

export function stateOfHold({ release, until }: Hold, now: UnixMillis): HoldState {
  if (release?.releasedAt !== undefined) return 'released';
  if (until !== undefined && until <= now) return 'expired';
  return release === undefined ? 'active' : 'release-proposed';
}

export function isInForce(hold: Hold, at: UnixMillis): boolean {
  const state = stateOfHold(hold, at);
  return state === 'active' || state === 'release-proposed';
}

/** Whether it names this person, and not everybody. */
export function namesPerson({ scope }: Hold, person: string): boolean {
  return scope.subjects?.includes(person) === true;
}

/**
 * Whether a secret is in its scope.
 *
 * @param ledgers of the tenant that have an entry about the person.
 */
export function covers(
  hold: Hold,
  scope: Pick<DataScope, 'person' | 'class'>,
  ledgers: ReadonlySet<string>,
): boolean {
  const { subjects, classes, ledger } = hold.scope;
  // The name itself lies under that secret: without it nobody could tell any more who is held.
  if (scope.class === HOLD_CLASS && namesPerson(hold, scope.person)) return true;
  if (subjects !== undefined && !namesPerson(hold, scope.person)) return false;
  if (classes !== undefined && !classes.includes(scope.class)) return false;
  return ledger === undefined || ledgers.has(ledger);
}

/** Of two that hold the same for the same case, one is a mistake. */
export function isSameHold(
  one: Hold,
  other: Pick<Hold, 'kind' | 'caseId' | 'authority' | 'scope'>,
): boolean {
  const keyOf = ({ kind, caseId, authority, scope }: typeof other): string =>
    canonicalJson(
      definedMembers({
        ...{ kind, caseId, authority, ledger: scope.ledger },
        subjects: scope.subjects?.toSorted(),
        classes: scope.classes?.toSorted(),
      }),
    );
  return keyOf(one) === keyOf(other);
}

/**
 * What becomes of a hold that somebody releases: released, or, where two persons are needed, proposed
 * by the first and released by another. A released one names nobody any more.
 *
 * @throws RetentionError HOLD_RELEASED, HOLD_RELEASE_REFUSED.
 */
export function releasedBy(hold: Hold, { by, reason, at, needsTwo }: ReleaseAct): Hold {
  const { release } = hold;
  if (release?.releasedAt !== undefined)
    throw new RetentionError('HOLD_RELEASED', 'the hold has been released already');
  if (!needsTwo)
    return ended(hold, { reason, proposedAt: at, proposedBy: by, releasedAt: at, releasedBy: by });
  if (release === undefined)
    return { ...hold, release: { reason, proposedAt: at, proposedBy: by } };
  if (!isOther(release.proposedBy, by))
    throw new RetentionError(
      'HOLD_RELEASE_REFUSED',
      'who proposed the release may not complete it: ask another, with another key',
    );
  return ended(hold, { ...release, releasedAt: at, releasedBy: by });
}

/**
 * A hold of which somebody proposed the release, as if nobody had: it only keeps more, so whoever may release may do it alone.
 *
 * @throws RetentionError HOLD_RELEASED, HOLD_RELEASE_UNKNOWN.
 */
export function releaseWithdrawn({ release, ...hold }: Hold): Hold {
  if (release?.releasedAt !== undefined)
    throw new RetentionError('HOLD_RELEASED', 'the hold has been released already');
  if (release === undefined)
    throw new RetentionError(
      'HOLD_RELEASE_UNKNOWN',
      'nobody has proposed to release this hold: there is nothing to withdraw',
    );
  return hold;
}

export interface ReleaseAct {
  readonly by: Signer;
  readonly reason: string;
  readonly at: UnixMillis;
  /** Whether the tenant wants two persons. */
  readonly needsTwo: boolean;
}

function ended({ scope, ...hold }: Hold, release: HoldRelease): Hold {
  const counted =
    scope.subjects === undefined ? scope : { ...scope, subjects: [], unnamed: countOf(scope) };
  return { ...hold, scope: counted, release };
}

/** How many persons it names. */
export function countOf({ subjects = [], unnamed = 0 }: HoldScope): number {
  return subjects.length + unnamed;
}

/** As the API shows it, without the persons: of these only how many there are. */
export function holdToJson({
  scope,
  until,
  placedAt,
  placedBy,
  release,
  ...hold
}: Hold): JsonObject {
  const { id, kind, caseId, authority, legalBasis } = hold;
  return definedMembers({
    ...{ id, kind, caseId, authority, legalBasis },
    scope: definedMembers({
      subjectCount: scope.subjects === undefined ? undefined : countOf(scope),
      classes: scope.classes,
      ledger: scope.ledger,
    }),
    until: until === undefined ? undefined : formatInstant(until),
    placedAt: formatInstant(placedAt),
    placedBy: { ...placedBy },
    ...(release !== undefined && releaseToJson(release)),
  });
}

function releaseToJson({
  releasedAt,
  releasedBy: by,
  proposedAt,
  proposedBy,
  reason,
}: HoldRelease): JsonObject {
  return definedMembers({
    reason,
    proposedAt: formatInstant(proposedAt),
    proposedBy: { ...proposedBy },
    releasedAt: releasedAt === undefined ? undefined : formatInstant(releasedAt),
    releasedBy: by === undefined ? undefined : { ...by },
  });
}
