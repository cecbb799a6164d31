/**
 * An erasure: asked for by one person, approved by another, carried out by the node (docs/formats/erasure.md). Kept
 * as a thing of its own whose newest version holds; what a version says besides is in `erasure-payload.ts`.
 */
import { isOther, type Signer } from '../access/grant.js';
import type { UnixMillis } from '../base/brand.js';
import { definedMembers } from '../base/defined-members.js';
import type { DataScope } from '../base/secret-scope.js';
import { RetentionError } from './retention-error.js';

export type ErasureKind = 'subject' | 'due';

export const ERASURE_STATES = [
  'proposed',
  'approved',
  'executing',
  'done',
  'withdrawn',
  'refused',
] as const;
export type ErasureState = (typeof ERASURE_STATES)[number];

export interface Erasure {
  /** From 1, without a gap: that is how all are found when a node opens. */
  readonly number: number;
  readonly id: string;
  readonly kind: ErasureKind;
  /** Who is meant, while it is pending; nobody is named any more after that. */
  readonly subject?: string;
  /** Of `due`: of this class alone. */
  readonly class?: string;
  /** Of `due`: of months up to this one alone. */
  readonly through?: string;
  readonly reason: string;
  readonly legalBasis: string;
  readonly state: ErasureState;
  readonly proposedAt: UnixMillis;
  readonly proposedBy: Signer;
  readonly approvedAt?: UnixMillis;
  readonly approvedBy?: Signer;
  readonly withdrawnAt?: UnixMillis;
  readonly withdrawnBy?: Signer;
}

export const ERASURE_ID_PATTERN = /^[0-9a-f]{12}$/;
export const MONTH_PATTERN = /^\d{4}-(?:0[1-9]|1[0-2])$/;
/** Class of the parts that say who is meant. */
export const ERASURE_CLASS = 'erasure';
/** Proposed or approved at a time. */
export const MAX_PENDING_ERASURES = 1_000;
/** Of a tenant in a day: each stays in memory. */
export const MAX_PROPOSED_A_DAY = 1_000;

export function isPending({ state }: Erasure): boolean {
  return state === 'proposed' || state === 'approved';
}

/** @throws RetentionError ERASURE_STATE, ERASURE_APPROVAL_REFUSED. */
export function approved(erasure: Erasure, by: Signer, at: UnixMillis): Erasure {
  if (erasure.state !== 'proposed') throw wrongState(erasure, 'only a proposed one is approved');
  if (!isOther(erasure.proposedBy, by))
    throw new RetentionError(
      'ERASURE_APPROVAL_REFUSED',
      'an erasure is approved by another person than proposed it, with another key',
    );
  return { ...erasure, state: 'approved', approvedAt: at, approvedBy: by };
}

/** @throws RetentionError ERASURE_STATE. */
export function withdrawn(erasure: Erasure, by: Signer, at: UnixMillis): Erasure {
  if (!isPending(erasure)) throw wrongState(erasure, 'only a pending one is withdrawn');
  return { ...unnamed(erasure), state: 'withdrawn', withdrawnAt: at, withdrawnBy: by };
}

/** In a state in which it names nobody any more. */
export function nowUnnamed(erasure: Erasure, state: 'executing' | 'done' | 'refused'): Erasure {
  return { ...unnamed(erasure), state };
}

function unnamed(erasure: Erasure): Erasure {
  return definedMembers({ ...erasure, subject: undefined });
}

/** Whether two that are pending would destroy the same. */
export function isSameErasure(
  one: Erasure,
  other: Pick<Erasure, 'kind' | 'subject' | 'class' | 'through'>,
): boolean {
  return (
    one.kind === other.kind &&
    one.subject === other.subject &&
    one.class === other.class &&
    one.through === other.through
  );
}

/** Whether a data secret is among what an erasure of what is due means, as far as that can be told without a judgement. */
export function isMeant(erasure: Erasure, scope: Omit<DataScope, 'use'>): boolean {
  // Whom another erasure is about must stay known until that is carried out.
  if (scope.class === ERASURE_CLASS) return false;
  if (erasure.class !== undefined && scope.class !== erasure.class) return false;
  return erasure.through === undefined || scope.month <= erasure.through;
}

/** @param what may be done instead. */
function wrongState({ state }: Erasure, what: string): RetentionError {
  return new RetentionError('ERASURE_STATE', `the erasure is ${state}: ${what}`);
}
