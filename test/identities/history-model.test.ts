/**
 * Random rotations, revocations and recoveries against a model that keeps nothing but which key may do what
 * from when to when; and claims, each judged by the keys of its time, when it is made and long after.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import { applyEvent } from '../../src/identities/apply-event.js';
import {
  checkClaimSignature,
  claimAuthorOf,
  claimBytes,
} from '../../src/identities/claim-signature.js';
import { IdentityError } from '../../src/identities/identity-error.js';
import { type IdentityState, keysInUse } from '../../src/identities/identity-state.js';
import { parseSignedEvent } from '../../src/identities/signed-event.js';
import { isLong, timeLimit } from '../support/suite.js';
import { AT, History, tenantAct, type TestKey, testKey } from './support/identity-kit.js';

const ALGORITHMS = ['Ed25519', 'ES256', 'ES256K'] as const;
const KEYS = Array.from({ length: 9 }, (_, at) => testKey(ALGORITHMS[at % 3]));
const RECOVERY = Array.from({ length: 3 }, (_, at) => testKey(ALGORITHMS[at]));
const THRESHOLD = 2;
const EVERYBODY = [...KEYS, ...RECOVERY];

interface Span {
  readonly purposes: readonly string[];
  readonly from: number;
  to: number | null;
}

/** What an identity is, in the fewest words. */
class Model {
  readonly spans = new Map<number, Span>([
    [0, { purposes: ['sign', 'update'], from: AT, to: null }],
  ]);
  status: 'active' | 'suspended' | 'revoked' = 'active';

  inUse(purpose: string): number[] {
    return [...this.spans].flatMap(([key, { purposes, to }]) =>
      to === null && purposes.includes(purpose) ? [key] : [],
    );
  }

  end(at: number, keys = [...this.spans.keys()]): void {
    for (const key of keys) {
      const span = this.spans.get(key);
      if (span?.to === null) span.to = at;
    }
  }
}

const keyNumber = fc.nat(KEYS.length - 1);
const purposes = fc.constantFrom(['sign'], ['update'], ['sign', 'update'], ['messaging']);
const change = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), key: keyNumber, purposes }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('rotate' as const), old: keyNumber, key: keyNumber }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('revoke-key' as const), key: keyNumber }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const), key: keyNumber }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('suspend' as const, 'resume' as const, 'resume' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), final: fc.nat(9) }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
/** Who signs but as it should be: one less, or one more. */
const twist = fc.option(fc.record({ drop: fc.boolean(), who: fc.nat(EVERYBODY.length - 1) }), {
  freq: 3,
});
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ change, twist, after: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ claim: keyNumber, dated: fc.integer({ min: -3, max: 3 }) }) },
);

describe('histories of identities', () => {
  it(
    'are what the model says, and each claim is judged by the keys of its time',
    () => {
      const seen = new Map<string, number>();
      const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
      fc.assert(
        fc.property(fc.array(step, { minLength: 12, maxLength: 30 }), (steps) => {
          run(steps, count);
        }),
        { numRuns: isLong ? 2_000 : 120 },
      );
      // That it was about something: each of these has happened.
      for (const what of [
        ...['add', 'rotate', 'revoke-key', 'recover', 'suspend', 'resume', 'refused', 'signed'],
        ...['CLAIM_KEY_UNKNOWN', 'CLAIM_KEY_REVOKED', 'CLAIM_BEFORE_KEY', 'CLAIM_AUTHOR_SUSPENDED'],
      ])
        expect([what, (seen.get(what) ?? 0) > 0]).toEqual([what, true]);
    },
    timeLimit,
  );
});

function run(steps: readonly Step[], count: (what: string) => void): void {
  const history = new History();
  const model = new Model();
  const events: { readonly signed: JsonObject; readonly at: UnixMillis }[] = [];
  const claims: {
    readonly judge: (author: IdentityState) => string;
    readonly events: number;
    readonly verdict: string;
  }[] = [];
  const first = {
    ...{ action: 'register', keys: [{ key: did(0), purposes: ['sign', 'update'] }] },
    recovery: { keys: RECOVERY.map((key) => key.did), threshold: THRESHOLD },
  };
  events.push({ signed: history.add(first, [keyOf(0)]), at: history.at });
  for (const each of steps) {
    if ('claim' in each) {
      const judge = claimOf(history.at, each);
      const verdict = expectedVerdict(model, each, history.at);
      expect(judge(history.now)).toBe(verdict);
      claims.push({ judge, events: events.length, verdict });
      count(verdict);
      continue;
    }
    history.at = (history.at + each.after) as UnixMillis;
    const { event, signers } = signedChange(model, each);
    const expected = isAccepted(model, each.change, signers);
    const before = history.now;
    let taken = true;
    try {
      events.push({ signed: history.add(event, signers.map(keyOf)), at: history.at });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      taken = false;
      expect(history.now).toBe(before);
    }
    expect([each, signers, taken]).toEqual([each, signers, expected]);
    if (taken) apply(model, each.change, history.at);
    count(taken ? each.change.kind : 'refused');
    expect(
      keysInUse(history.now)
        .map(({ key }) => key)
        .sort(),
    ).toEqual([...model.spans].flatMap(([key, { to }]) => (to === null ? [did(key)] : [])).sort());
  }
  // Long after: by the history as it was then, made again from its events.
  for (const { judge, events: many, verdict } of claims)
    expect(judge(replayed(events.slice(0, many)))).toBe(verdict);
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type ChangeStep = Extract<Step, { change: unknown }>;
type ClaimStep = Extract<Step, { claim: unknown }>;

function signedChange(
  model: Model,
  { change: wanted, twist: other }: ChangeStep,
): { event: JsonObject; signers: number[] } {
  const right = rightSigners(model, wanted);
  const signers =
    other === null ? right : other.drop ? right.slice(1) : [...new Set([...right, other.who])];
  return { event: eventOf(wanted), signers: isTenantAct(wanted) ? [] : signers };
}

function rightSigners(model: Model, wanted: Change): number[] {
  const update = model.inUse('update').slice(0, 1);
  const quorum = [KEYS.length, KEYS.length + 1];
  switch (wanted.kind) {
    case 'add':
    case 'rotate':
      return [...new Set([...update, wanted.key])];
    case 'recover':
      return [...quorum, wanted.key];
    case 'revoke':
      return wanted.final % 2 === 0 ? update : quorum;
    default:
      return update;
  }
}

function isAccepted(model: Model, wanted: Change, signers: readonly number[]): boolean {
  if (model.status === 'revoked') return false;
  if (model.status === 'suspended' && !['resume', 'revoke', 'revoke-key'].includes(wanted.kind))
    return false;
  if (wanted.kind === 'suspend') return true;
  if (wanted.kind === 'resume') return model.status === 'suspended';
  const fresh = 'key' in wanted && wanted.kind !== 'revoke-key' ? [wanted.key] : [];
  if (fresh.some((key) => model.spans.has(key) || !signers.includes(key))) return false;
  const update = wanted.kind === 'recover' ? [] : model.inUse('update');
  const quorum =
    wanted.kind === 'recover' || wanted.kind === 'revoke'
      ? RECOVERY.map((_, at) => KEYS.length + at)
      : [];
  if (signers.some((key) => ![...fresh, ...update, ...quorum].includes(key))) return false;
  const isSigned =
    signers.some((key) => update.includes(key)) ||
    signers.filter((key) => quorum.includes(key)).length >= THRESHOLD;
  if (!isSigned) return false;
  if (wanted.kind === 'rotate') return model.spans.get(wanted.old)?.to === null;
  return wanted.kind !== 'revoke-key' || model.spans.get(wanted.key)?.to === null;
}

function apply(model: Model, wanted: Change, at: number): void {
  switch (wanted.kind) {
    case 'add':
      model.spans.set(wanted.key, { purposes: wanted.purposes, from: at, to: null });
      break;
    case 'rotate':
      model.end(at, [wanted.old]);
      model.spans.set(wanted.key, {
        purposes: model.spans.get(wanted.old)?.purposes ?? [],
        from: at,
        to: null,
      });
      break;
    case 'revoke-key':
      model.end(at, [wanted.key]);
      break;
    case 'recover':
      model.end(at);
      model.spans.set(wanted.key, { purposes: ['sign', 'update'], from: at, to: null });
      break;
    case 'revoke':
      model.end(at);
      model.status = 'revoked';
      break;
    case 'suspend':
      model.status = 'suspended';
      break;
    case 'resume':
      model.status = 'active';
      break;
  }
}

function eventOf(wanted: Change): JsonObject {
  switch (wanted.kind) {
    case 'add':
      return { action: 'add-key', key: { key: did(wanted.key), purposes: wanted.purposes } };
    case 'rotate':
      return { action: 'rotate-key', old: did(wanted.old), key: did(wanted.key) };
    case 'revoke-key':
      return { action: 'revoke-key', key: did(wanted.key), reason: 'superseded' };
    case 'recover':
      return { action: 'recover', keys: [{ key: did(wanted.key), purposes: ['sign', 'update'] }] };
    case 'revoke':
      return { action: 'revoke', reason: 'unspecified' };
    default:
      return tenantAct(wanted.kind);
  }
}

function isTenantAct({ kind }: Change): boolean {
  return kind === 'suspend' || kind === 'resume';
}

/** @returns what is said of the claim by what its author is. */
function claimOf(
  recordedAt: UnixMillis,
  { claim: number, dated }: ClaimStep,
): (author: IdentityState) => string {
  const claim = {
    $v: 2,
    ...{
      author: 'somebody',
      nonce: '0'.repeat(32),
      payloads: ['1'.repeat(64)],
      subject: 'customer-1',
    },
    ...{ type: 'bank.Account', signedAt: formatInstant((recordedAt + dated) as UnixMillis) },
  };
  const key = keyOf(number);
  const signature = { keyId: key.did, alg: key.alg, value: key.sign(claimBytes(claim)) };
  return (author) => {
    try {
      expect(checkClaimSignature(claimAuthorOf(author), { claim, signature }, recordedAt).key).toBe(
        key.did,
      );
      return 'signed';
    } catch (error) {
      if (error instanceof IdentityError) return error.code;
      throw error;
    }
  };
}

function expectedVerdict(model: Model, { claim, dated }: ClaimStep, now: number): string {
  const span = model.spans.get(claim);
  if (span?.purposes.includes('sign') !== true) return 'CLAIM_KEY_UNKNOWN';
  if (model.status === 'suspended') return 'CLAIM_AUTHOR_SUSPENDED';
  if (model.status === 'revoked') return 'CLAIM_AUTHOR_REVOKED';
  if (span.to !== null) return 'CLAIM_KEY_REVOKED';
  return now + dated < span.from ? 'CLAIM_BEFORE_KEY' : 'signed';
}

function replayed(
  events: readonly { readonly signed: JsonObject; readonly at: UnixMillis }[],
): IdentityState {
  let state: IdentityState | null = null;
  for (const { signed, at } of events) state = applyEvent(state, parseSignedEvent(signed), at);
  if (state === null) throw new Error('a history without events');
  return state;
}

function keyOf(number: number): TestKey {
  const key = EVERYBODY[number];
  if (key === undefined) throw new Error('a key that nobody has');
  return key;
}

function did(number: number): string {
  return keyOf(number).did;
}
