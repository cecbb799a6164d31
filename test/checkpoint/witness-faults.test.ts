/**
 * Every durable step of a witness fails once: before it, in its middle, after it. Whatever was answered
 * before holds when it is opened again, and nothing else than that is ever cosigned.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WitnessKeys } from '../../src/keys/witness-keys.js';
import { FakeClock } from '../support/fake-clock.js';
import { FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { SeededRandom } from '../support/seeded-random.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { CosignedHeads } from './support/cosigned-heads.js';
import { makeKeys, OpenedWitness, type Places, placesIn } from './support/opened-witness.js';
import { type Asked, SigningLog } from './support/signing-log.js';

const log = new SigningLog();
const { originHash } = log.witnessed;

interface Step {
  readonly asked: Asked;
  readonly outcome: 'cosigned' | 'WITNESS_INCONSISTENT';
}

/** Everything that a witness writes. */
const LIFE: readonly Step[] = [
  { asked: { old: 0, size: 2 }, outcome: 'cosigned' },
  { asked: { old: 2, size: 5 }, outcome: 'cosigned' },
  { asked: { old: 5, size: 5 }, outcome: 'cosigned' },
  { asked: { old: 5, size: 5, history: 1 }, outcome: 'WITNESS_INCONSISTENT' },
  { asked: { old: 5, size: 9, history: 1, proof: [] }, outcome: 'WITNESS_INCONSISTENT' },
  { asked: { old: 5, size: 9 }, outcome: 'cosigned' },
  { asked: { old: 9, size: 9, extensions: ['other'] }, outcome: 'cosigned' },
];
/** Of LIFE, that which leaves a proof of misbehaviour. */
const SPLIT = 3;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** With each step, a second goes by. */
async function live(
  places: Places,
  plan: FaultPlan,
  clock: FakeClock,
  heads: CosignedHeads,
): Promise<{ answered: number; outcome: string }> {
  const files = { data: plan.durableFiles('data'), keys: plan.durableFiles('keys') };
  let opened: OpenedWitness;
  try {
    opened = await OpenedWitness.open(places, [log], { ...files, clock });
  } catch (error) {
    return { answered: 0, outcome: String(error) };
  }
  let answered = 0;
  let outcome = 'all';
  for (const { asked, outcome: expected } of LIFE) {
    clock.advance(1_000);
    outcome = await opened.outcome(log.request(asked));
    if (outcome === 'WITNESS_FAILED') break;
    if (expected === 'cosigned') take(heads, opened, asked, outcome);
    else if (outcome !== expected) heads.broken.push(`${expected} was ${outcome}`);
    answered++;
  }
  const end = answered === LIFE.length ? 'all' : outcome;
  if (end !== 'all') {
    // Until it is opened again, nothing: neither what failed nor anything else.
    for (const { asked } of LIFE) {
      const again = await opened.outcome(log.request(asked));
      if (again !== 'WITNESS_FAILED') heads.broken.push(`it went on after a failure: ${again}`);
    }
    if (opened.failures.length !== 1 || !opened.witness.hasFailed)
      heads.broken.push('its failure was told more or less than once');
  }
  await opened.close();
  return { answered, outcome: end };
}

function take(heads: CosignedHeads, opened: OpenedWitness, asked: Asked, outcome: string): void {
  if (!outcome.startsWith('— ')) heads.broken.push(`no cosignature but ${outcome}`);
  else heads.take(opened.witness.verifierKey, textOf(asked), outcome);
}

function textOf({ size, history, extensions }: Asked): string {
  return log.text(size, history, extensions);
}

/** Opened on good files: what was answered holds, what contradicts it is refused, and it goes on. */
async function look(
  places: Places,
  answered: number,
  clock: FakeClock,
  heads: CosignedHeads,
): Promise<void> {
  const opened = await OpenedWitness.open(places, [log], { clock });
  const { seen } = opened.witness.log(originHash);
  const at = seen.newest?.size ?? 0;
  const told = heads.newestSize(log.origin);
  const most = Math.max(told, ...LIFE.slice(0, answered + 1).map(({ asked }) => asked.size));
  if (at < told || at > most) heads.broken.push(`opened at ${at}, not from ${told} to ${most}`);
  const views = await seen.splitViews();
  const isThere = views.some(({ note }) => note === log.note(5, 1));
  if (answered > SPLIT && !isThere) heads.broken.push('the proof was lost');
  // From 4 on, no other history goes on from what was cosigned.
  for (const size of at < 4 ? [] : [at, at + 1]) {
    const outcome = await opened.outcome(log.request({ old: at, size, history: 1 }));
    if (outcome.startsWith('— ')) heads.broken.push(`another history was cosigned at ${size}`);
  }
  clock.advance(1_000);
  const asked = { old: at, size: at + 1 };
  take(heads, opened, asked, await opened.outcome(log.request(asked)));
  await opened.close();
}

async function stepsOf(run: (plan: FaultPlan) => Promise<unknown>): Promise<PlannedFault[]> {
  const plan = new FaultPlan(null);
  await run(plan);
  return [...plan.steps].flatMap(([step, count]) =>
    Array.from({ length: count }, (_, nth) => nth).flatMap((nth) =>
      (
        [
          'before',
          ...(/ (?:write|append) /.test(step) ? (['torn'] as const) : []),
          'after',
        ] as const
      ).map((when) => ({ step, nth, when })),
    ),
  );
}

describe('a witness whose disk fails', () => {
  it('stands by what it answered, wherever it was', async () => {
    const first = placesIn(`${root}/chirograph-first`);
    await makeKeys(first);
    const faults = await stepsOf(async (plan) => {
      const heads = new CosignedHeads();
      expect(await live(first, plan, new FakeClock(), heads)).toEqual({
        answered: LIFE.length,
        outcome: 'all',
      });
      expect(heads.broken).toEqual([]);
    });
    // FORMAT, the file, a line and its mark for each but one step of the life, and one mark alone.
    expect(faults.length).toBeGreaterThan(100);
    for (const [at, fault] of faults.entries()) {
      const places = placesIn(`${root}/chirograph-${at}`);
      await makeKeys(places);
      const plan = new FaultPlan(fault);
      const clock = new FakeClock();
      const heads = new CosignedHeads();
      const { answered, outcome } = await live(places, plan, clock, heads);
      expect({ fault, hasStruck: plan.hasStruck }).toEqual({ fault, hasStruck: true });
      expect({ fault, outcome }).not.toEqual({ fault, outcome: 'all' });
      await look(places, answered, clock, heads);
      await look(places, answered, clock, heads);
      expect({ fault, broken: heads.broken }).toEqual({ fault, broken: [] });
    }
  }, 240_000);

  it('stands by it also where opening it again fails', async () => {
    for (const [at, when] of (['torn', 'after'] as const).entries()) {
      const append = { step: 'data: append *.seen', nth: 1, when };
      const clock = new FakeClock();
      const begun = async (place: string): Promise<[Places, CosignedHeads]> => {
        const places = placesIn(`${root}/chirograph-${place}`);
        await makeKeys(places);
        const heads = new CosignedHeads();
        expect((await live(places, new FaultPlan(append), clock, heads)).answered).toBe(1);
        return [places, heads];
      };
      const reopen = async (places: Places, plan: FaultPlan): Promise<void> => {
        const files = { data: plan.durableFiles('data'), keys: plan.durableFiles('keys') };
        const opened = await OpenedWitness.open(places, [log], files);
        await opened.close();
      };
      const [first] = await begun(`${at} first`);
      const faults = await stepsOf((plan) => reopen(first, plan));
      expect(faults.length).toBeGreaterThan(0);
      for (const [n, fault] of faults.entries()) {
        const [places, heads] = await begun(`${at} ${n}`);
        await expect(reopen(places, new FaultPlan(fault))).rejects.toThrow();
        await look(places, 1, clock, heads);
        expect({ fault, broken: heads.broken }).toEqual({ fault, broken: [] });
      }
    }
  });
});

describe('making a witness', () => {
  it('leaves a whole key or none', async () => {
    const create = (places: Places, plan: FaultPlan): Promise<void> =>
      makeKeys(places, plan.durableFiles('keys'));
    const faults = await stepsOf((plan) => create(placesIn(`${root}/chirograph-first`), plan));
    for (const [at, fault] of faults.entries()) {
      const places = placesIn(`${root}/chirograph-${at}`);
      await expect(create(places, new FaultPlan(fault))).rejects.toThrow();
      const { keyDirectory: directory, dataDirectory } = places;
      const random = new SeededRandom('again');
      const name = 'witness.example';
      const outcome = await WitnessKeys.create({ directory, dataDirectory, name, random }).then(
        async (made) => {
          await made.close();
          return 'made';
        },
        (error: unknown) => (error as { code?: unknown }).code,
      );
      expect(['made', 'KEYS_EXISTS']).toContain(outcome);
      const keys = await WitnessKeys.open({ directory, dataDirectory });
      expect(keys.verifierKey.name).toBe(name);
      await keys.close();
    }
  });
});
