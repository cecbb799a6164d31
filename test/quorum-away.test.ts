/** A node that writes a shared ledger, while all others that keep it are away: it anchors what is there, and can be stopped. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { ADMIN, PATIENCE, SharedServices } from './support/shared-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

const RECORDS = '/v1/ledgers/kyc/records';

let root: string;
let shared: SharedServices;
beforeEach(async () => {
  root = await temporaryDirectory();
  shared = new SharedServices(root, { shutdownTimeoutMillis: 1_000 });
  await shared.begin();
});
afterEach(async () => {
  await shared.close();
  await removeDirectory(root);
});

it('makes epochs without the map that waits for them, and ends in time', async () => {
  const record = { type: 'test.Note', subject: 'anna', payload: {} };
  const isWritten = async (): Promise<boolean> =>
    (await shared.ask('a', RECORDS, record)).status === 201;
  await eventually(isWritten, 'a record', PATIENCE);
  for (const name of ['b', 'c'] as const) await shared.stop(name);

  const env = { CHIROGRAPH_URL: shared.node('a').service.url, CHIROGRAPH_KEY: ADMIN };
  for (let time = 0; time < 2; time++) {
    const { code, stderr } = await runCli(
      ['anchor', 'now', '--no-wait', '--timeout', '20000'],
      env,
    );
    expect([code, stderr]).toEqual([0, '']);
  }
  await shared.stop('a');
  expect(shared.running()).toEqual([]);
}, 120_000);
