/** Three nodes with their HTTP keep a ledger together: asked for as an operator does, written and read as clients do. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { ADMIN, type Name, PATIENCE, SharedServices } from './support/shared-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

let root: string;
let shared: SharedServices;

beforeEach(async () => {
  root = await temporaryDirectory();
  shared = new SharedServices(root);
});
afterEach(async () => {
  await shared.close();
  await removeDirectory(root);
});

const record = (n: number): object => ({ type: 'a', subject: `p${n}`, payload: { n } });

it('is written at quorum, read anywhere, and goes on when its writer is gone', async () => {
  await shared.begin();
  const written = await shared.ask('a', '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(written.status).toBe(201);
  const receipt = (await written.json()) as { index: number; durability: string };
  expect(receipt).toMatchObject({ durability: 'quorum' });
  const read = await shared.ask('b', `/v1/ledgers/kyc/records/${receipt.index}`, undefined, {
    'chirograph-min-size': String(receipt.index + 1),
  });
  expect(read.status).toBe(200);
  expect(read.headers.get('chirograph-lag')).toBe('0');
  expect(await read.json()).toMatchObject({ payload: { n: 1 } });
  const refused = await shared.ask('b', '/v1/ledgers/kyc/records', record(2));
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  const said = await runCli(['replication', 'status'], {
    CHIROGRAPH_URL: shared.node('a').service.url,
    CHIROGRAPH_KEY: ADMIN,
  });
  expect([said.code, said.stderr]).toEqual([0, '']);
  const status = await shared.ask('b', '/v1/ledgers/kyc/group');
  expect(await status.json()).toMatchObject({
    shared: {
      group: {
        ...{ countries: ['DE', 'FR'], writeQuorum: 2, voteQuorum: 2 },
        members: expect.arrayContaining([
          expect.objectContaining({ name: 'a', site: 'a1', country: 'DE', linked: true }),
          expect.objectContaining({ name: null, site: 'b1', self: true, heardAt: null }),
        ]) as unknown,
      },
    },
  });

  await shared.stop('a');
  const taken: Name[] = [];
  await eventually(
    async () => {
      for (const name of ['b', 'c'] as const) {
        const answer = await shared.ask(name, '/v1/ledgers/kyc/records', record(3), {
          'idempotency-key': 'three',
        });
        if (answer.status === 201) taken.push(name);
      }
      return taken.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  const again = await shared.ask(taken[0] ?? 'b', '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(await again.json()).toMatchObject({ index: receipt.index });
  await shared.start('a');
  const last = await shared.ask('a', '/v1/ledgers/kyc', undefined, { 'chirograph-min-size': '5' });
  expect(last.status).toBe(200);
}, 120_000);
