/**
 * A copy of a tenant's escrow file that somebody took, on record until somebody has destroyed it (docs/formats/escrow.md,
 * Copies): kept as a thing of its own whose newest version holds.
 */
import type { AccessThing } from '../access/access-thing.js';
import { parseSigner, type Signer } from '../access/grant.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { COUNT, INSTANT, JsonMembers, textLike } from '../base/json-members.js';
import { PERSON_NAME } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import { checkFormat, damagedRetention, RETENTION_FORMAT } from './kept.js';
import { RetentionError } from './retention-error.js';

export interface EscrowCopy {
  /** From 1, without a gap: that is how all are found when a node opens. */
  readonly number: number;
  readonly id: string;
  /** Of the vault key that is in it. */
  readonly generation: number;
  /** Where it is kept, in the words of whoever took it. */
  readonly label?: string;
  readonly takenAt: UnixMillis;
  readonly takenBy: Signer;
  readonly destroyedAt?: UnixMillis;
  readonly destroyedBy?: Signer;
}

export const ESCROW_COPY_ID_PATTERN = /^[0-9a-f]{12}$/;
/** Of a tenant, that nobody has confirmed to be destroyed: a certificate names each of them. */
export const MAX_COPIES = 100;
/** Of a tenant in a day: each stays in memory. */
export const MAX_TAKEN_A_DAY = 100;

const DAY_MILLIS = 86_400_000;

export function escrowCopyThing(number: number): AccessThing {
  return { type: 'chirograph.EscrowCopy', key: `escrow-copy:${number}` };
}

export function isDestroyed({ destroyedAt }: EscrowCopy): boolean {
  return destroyedAt !== undefined;
}

/** Whether it should have been destroyed: the vault has another key since. */
export function isOverdue(copy: EscrowCopy, generation: number): boolean {
  return !isDestroyed(copy) && copy.generation < generation;
}

/** @throws RetentionError ESCROW_COPY_LIMIT. */
export function checkCopyRoom(all: readonly EscrowCopy[], now: UnixMillis): void {
  if (all.filter((copy) => !isDestroyed(copy)).length >= MAX_COPIES)
    throw new RetentionError(
      'ESCROW_COPY_LIMIT',
      `at most ${MAX_COPIES} copies of a tenant's escrow are kept: destroy some, and confirm it`,
    );
  if (all.filter(({ takenAt }) => takenAt > now - DAY_MILLIS).length >= MAX_TAKEN_A_DAY)
    throw new RetentionError(
      'ESCROW_COPY_LIMIT',
      `at most ${MAX_TAKEN_A_DAY} copies of a tenant's escrow are taken in a day: wait`,
    );
}

export function escrowCopyToJson(copy: EscrowCopy): JsonObject {
  const { id, generation, label, takenAt, takenBy, destroyedAt, destroyedBy } = copy;
  return definedMembers({
    ...{ id, generation, label },
    takenAt: formatInstant(takenAt),
    takenBy: { ...takenBy },
    destroyedAt: destroyedAt === undefined ? undefined : formatInstant(destroyedAt),
    destroyedBy: destroyedBy && { ...destroyedBy },
  });
}

export function escrowCopyPayload(copy: EscrowCopy): JsonObject {
  return { $v: RETENTION_FORMAT, ...escrowCopyToJson(copy) };
}

/** @throws RetentionError RETENTION_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseEscrowCopy(number: number, payload: JsonValue): EscrowCopy {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT), 'the copies of escrow files');
  const label = members.optional('label', LABEL);
  const destroyedAt = members.optional('destroyedAt', INSTANT);
  const copy = {
    number,
    id: members.required('id', ID),
    generation: members.required('generation', COUNT),
    ...(label !== undefined && { label }),
    takenAt: members.required('takenAt', INSTANT),
    takenBy: parseSigner(members.object('takenBy')),
    ...(destroyedAt !== undefined && {
      destroyedAt,
      destroyedBy: parseSigner(members.object('destroyedBy')),
    }),
  };
  members.end();
  return copy;
}

const ID = textLike(ESCROW_COPY_ID_PATTERN, 'the id of a copy');
const LABEL = textLike(PERSON_NAME, 'a text of 1 to 256 characters');

function refuse(reason: string): Error {
  return damagedRetention('the copies of escrow files are', reason);
}
