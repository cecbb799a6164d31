/** A person is forgotten in a ledger that three nodes with their HTTP keep together. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/base/canonical-json.js';
import { answer, problem } from './api/support/ledger-client.js';
import { runCli } from './cli/support/run-cli.js';
import type { CertificateView, ErasureView } from './retention/erasure-client.js';
import { DAY, NOTES_POLICY } from './retention/retention-node.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { type Name, PATIENCE, SharedServices } from './support/shared-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

let root: string;
let clock: FakeClock;
let shared: SharedServices;

beforeEach(async () => {
  root = await temporaryDirectory();
  // The command line has its own clock, which is behind.
  clock = new FakeClock(Date.now() + 60 * DAY);
  shared = new SharedServices(root, { clock });
  await shared.begin();
});
afterEach(async () => {
  await shared.close();
  await removeDirectory(root);
});

interface Certified {
  readonly certificate: CertificateView['certificate'] & {
    readonly silent: readonly JsonObject[];
    readonly holders: readonly JsonObject[];
  };
}

const RECORDS = '/v1/ledgers/kyc/records';
const note = (subject: string): object => ({
  ...{ type: 'test.Note', subject, retention: 'notes', payload: { of: subject } },
});

/** Asks until a node answers so. */
async function becomes<T>(
  ask: () => Promise<Response>,
  isSo: (said: T) => boolean,
  what: string,
): Promise<T> {
  const answers: T[] = [];
  await eventually(
    async () => {
      const got = await ask();
      if (!got.ok) return false;
      const said = (await got.json()) as T;
      if (isSo(said)) answers.push(said);
      return answers.length > 0;
    },
    what,
    PATIENCE,
  );
  const [said] = answers;
  if (said === undefined) throw new Error('it was answered');
  return said;
}

const shows = (name: Name, index: number, what: object): Promise<unknown> =>
  becomes<object>(
    () => shared.ask(name, `${RECORDS}/${index}`),
    (said) => Object.entries(what).every(([key, value]) => (said as JsonObject)[key] === value),
    `entry ${index} as wanted at ${name}`,
  );

async function fsck(name: Name): Promise<object> {
  const { code, stderr } = await runCli(['fsck', '--data', join(shared.rootOf(name), 'data')]);
  return { code, stderr };
}

const erasureAt = (name: Name, id: string): Promise<ErasureView> =>
  answer(shared.ask(name, `/v1/erasures/${id}`));

async function proposed(name: Name): Promise<ErasureView> {
  const json = { subject: 'anna', reason: 'asked', legalBasis: 'GDPR Art. 17' };
  return answer(shared.ask(name, '/v1/erasures', json), 201);
}

async function approve(name: Name, id: string): Promise<void> {
  const wanted = { role: 'admin', author: 'officer' };
  const { key } = await answer<{ key: string }>(shared.ask(name, '/v1/keys', wanted), 201);
  const path = `/v1/erasures/${id}/approval`;
  await answer(shared.ask(name, path, undefined, {}, { key, method: 'POST' }), 202);
}

const kept = (name: Name): Promise<Response> =>
  shared.ask(
    name,
    '/v1/retention/policies',
    { classes: { notes: NOTES_POLICY }, types: {} },
    {},
    { method: 'PUT' },
  );

it('goes at all members, and the certificate is told of each, one that was away too', async () => {
  await answer(kept('a'));
  const of = async (subject: string): Promise<number> =>
    (await answer<{ index: number }>(shared.ask('a', RECORDS, note(subject)), 201)).index;
  const [anna, bo] = [await of('anna'), await of('bo')];
  for (const name of ['b', 'c'] as const) await shows(name, bo, { subject: 'bo' });
  clock.advance(300 * DAY);
  await shared.stop('c');

  const { id } = await proposed('a');
  await approve('a', id);
  const said = await becomes<Certified>(
    () => shared.ask('a', `/v1/erasures/${id}/certificate`),
    ({ certificate: { silent } }) => silent.length === 2,
    'a certificate that waits for one member',
  );
  expect(said.certificate).toMatchObject({
    provisional: true,
    generations: { before: 1, after: 2 },
  });
  expect(said.certificate.silent).toEqual([
    { kind: 'copies-outside' },
    { kind: 'member', id: expect.stringMatching(/^[0-9a-f]{64}@/) },
  ]);
  for (const name of ['a', 'b'] as const) {
    await shows(name, anna, { erased: true });
    await shows(name, bo, { subject: 'bo' });
  }

  await shared.start('c');
  const whole = await becomes<Certified>(
    () => shared.ask('a', `/v1/erasures/${id}/certificate`),
    ({ certificate: { silent } }) => silent.length === 1,
    'a certificate that waits for nobody',
  );
  expect(whole.certificate.holders.map(({ kind }) => kind)).toEqual(['member', 'member', 'member']);
  for (const { confirmedAt } of whole.certificate.holders)
    expect(confirmedAt).toBe(new Date(clock.now()).toISOString());
  await shows('c', anna, { erased: true });
  await shows('c', bo, { subject: 'bo' });
  expect(await erasureAt('a', id)).toMatchObject({ state: 'done' });

  await shared.close();
  for (const name of ['a', 'b', 'c'] as const)
    expect([name, await fsck(name)]).toEqual([name, { code: 0, stderr: '' }]);
}, 120_000);

it('is completed by another writer, and the node that carried it out hears of it when it is back', async () => {
  await answer(kept('a'));
  const { index } = await answer<{ index: number }>(shared.ask('a', RECORDS, note('anna')), 201);
  await shows('c', index, { subject: 'anna' });
  clock.advance(300 * DAY);
  await shared.stop('c');
  const { id } = await proposed('a');
  await approve('a', id);
  await becomes<Certified>(
    () => shared.ask('a', `/v1/erasures/${id}/certificate`),
    ({ certificate: { silent } }) => silent.length === 2,
    'a certificate that waits for one member',
  );
  await shared.stop('a');
  await shared.start('c');
  await shows('c', index, { erased: true });
  // Written by one of the two, under the same name as before: to the ledger it is about somebody else.
  const again: number[] = [];
  await eventually(
    async () => {
      for (const name of ['b', 'c'] as const) {
        const answered = await shared.ask(name, RECORDS, note('anna'));
        if (answered.status === 201)
          again.push(((await answered.json()) as { index: number }).index);
      }
      return again.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  await shared.start('a');
  await becomes<Certified>(
    () => shared.ask('a', `/v1/erasures/${id}/certificate`),
    ({ certificate: { silent } }) => silent.length === 1,
    'a certificate that waits for nobody',
  );
  await shows('a', again[0] ?? 0, { subject: 'anna' });
  await shows('a', index, { erased: true });
}, 120_000);

it('is refused where another node writes', async () => {
  await answer(kept('b'));
  const written = await answer<{ index: number }>(shared.ask('a', RECORDS, note('anna')), 201);
  await shows('b', written.index, { subject: 'anna' });
  clock.advance(300 * DAY);
  const { id } = await proposed('b');
  await approve('b', id);
  await becomes<ErasureView>(
    () => shared.ask('b', `/v1/erasures/${id}`),
    ({ progress }) => progress?.code === 'ERASURE_ELSEWHERE',
    'a refusal',
  );
  expect(await problem(shared.ask('b', `/v1/erasures/${id}/certificate`), 409)).toBe(
    'ERASURE_NOT_DONE',
  );
  await shows('b', written.index, { subject: 'anna' });
}, 120_000);
