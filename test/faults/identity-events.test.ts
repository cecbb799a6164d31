/** An event of an identity that a crash cuts short is there whole after the next start, or not at all. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer } from '../api/support/ledger-client.js';
import {
  registration,
  signedBy,
  type TestKey,
  testKey,
} from '../identities/support/identity-kit.js';
import { FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { copyNode, faultsSince, openPlannedService } from '../support/planned-service.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';

interface Shown {
  readonly id: string;
  readonly sequence: number;
  readonly head: string;
  readonly keys: readonly { readonly key: string; readonly isInUse: boolean }[];
}

const key = testKey();
const fresh = testKey('ES256');
const SHARE = 6;
const WRITES = /: (?:append|write)\b/;
/** The event that each makes. */
const LAST = { register: 0, rotate: 1 } as const;

let root: string;
let before: string;
let adminKey: string;
let ada: Shown;
/** What a crash can come into: the first event of all, which makes the ledger too; and a later one. */
let acts: Record<'register' | 'rotate', (node: TestService) => Promise<Response>>;

beforeAll(async () => {
  root = await temporaryDirectory();
  before = join(root, 'before');
  const node = await openTestService(before);
  ({ adminKey } = node);
  const empty = join(root, 'empty');
  await copyNode(before, empty);
  const first = registration(key);
  const post = (path: string, json: JsonObject) => (on: TestService) => on.request(path, { json });
  const register = post('/v1/identities', first);
  ada = (await answer<{ identity: Shown }>(register(node), 201)).identity;
  const rotated = next(ada, { action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
  acts = { register, rotate: post(`/v1/identities/${ada.id}/events`, rotated) };
  await node.service.close();
});
afterAll(() => removeDirectory(root));

function next(
  { id, sequence, head }: Shown,
  change: JsonObject,
  by: readonly TestKey[],
): JsonObject {
  return signedBy({ $v: 1, identity: id, sequence: sequence + 1, previous: head, ...change }, by);
}

describe('an event that a crash cuts short', () => {
  it.each([
    ['register', 'empty', -1],
    ['rotate', 'before', 0],
  ] as const)(
    'is there whole after any durable step, or not at all: %s',
    async (act, from, sequence) => {
      const faults = await faultsOf(act, join(root, from));
      expect(faults.length).toBeGreaterThan(10);
      const found = new Set<number>();
      for (const number of caseNumbers(SHARE, faults.length)) {
        // Spread over the whole of it.
        const fault = faults[(number * 7) % faults.length];
        if (fault === undefined) throw new RangeError('a case that there is not');
        const place = join(root, `${act}-${number}`);
        await copyNode(join(root, from), place);
        const then = await crashAndGoOn(place, fault, act);
        expect([fault, then === sequence || then === sequence + 1]).toEqual([fault, true]);
        found.add(then);
        await removeDirectory(place);
      }
      expect([...found].sort()).toEqual([sequence, sequence + 1]);
    },
    timeLimit,
  );
});

async function faultsOf(act: keyof typeof acts, from: string): Promise<PlannedFault[]> {
  const place = join(root, `steps of ${act}`);
  await copyNode(from, place);
  const plan = new FaultPlan(null);
  const node = await openPlannedService(place, plan, adminKey);
  const begun = new Map(plan.steps);
  await answer(acts[act](node), 201);
  const faults = faultsSince(plan, begun).flatMap((fault) => [
    fault,
    { ...fault, when: 'after' as const },
    ...(WRITES.test(fault.step) ? [{ ...fault, when: 'torn' as const }] : []),
  ]);
  await node.service.close();
  return faults;
}

/** @returns the last event that the next start finds, −1 without any. */
async function crashAndGoOn(
  place: string,
  fault: PlannedFault,
  act: keyof typeof acts,
): Promise<number> {
  const plan = new FaultPlan(fault);
  const node = await openPlannedService(place, plan, adminKey);
  const answered = await acts[act](node).then(
    ({ status }) => status,
    () => 0,
  );
  expect([fault, plan.hasStruck]).toEqual([fault, true]);
  const killed = join(place, 'killed');
  await copyNode(place, killed);
  await node.service.close().catch(() => undefined);

  const again = await openTestService(killed, {}, adminKey);
  const shown = await shownBy(again);
  // What was acknowledged is there.
  if (answered === 201) expect([fault, shown?.sequence]).toEqual([fault, LAST[act]]);
  const isRotated = shown?.sequence === 1;
  const inUse = (shown?.keys ?? []).filter(({ isInUse }) => isInUse).map((one) => one.key);
  expect(inUse).toEqual(shown === null ? [] : [isRotated ? fresh.did : key.did]);
  // And it goes on from there, with the same event or with the next.
  if (shown === null) await answer(acts.register(again), 201);
  else if (!isRotated) await answer(acts.rotate(again), 201);
  else {
    const revoked = next(shown, { action: 'revoke', reason: 'superseded' }, [fresh]);
    await answer(again.request(`/v1/identities/${ada.id}/events`, { json: revoked }), 201);
  }
  await again.service.close();
  return shown?.sequence ?? -1;
}

async function shownBy(node: TestService): Promise<Shown | null> {
  const response = await node.request(`/v1/identities/${ada.id}`);
  if (response.status === 404) return null;
  return answer<Shown>(response);
}
