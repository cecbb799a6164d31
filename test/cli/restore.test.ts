import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { corePublicKeyOf, damageBlocks } from '../support/damage-log.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import { type CliResult, runCli } from './support/run-cli.js';

let root: string;
let data: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  data = join(root, 'data');
});
afterEach(() => removeDirectory(root));

/** A stopped node whose ledgers hold their first entry; of those named, block 0 is then gone. */
async function stoppedNode(...damaged: readonly string[]): Promise<string> {
  const { node, close } = await openTestNode(root);
  const tenant = node.tenantNamed('default');
  for (const ledger of ['kyc', 'audit']) await node.store.createLedger(tenant, ledger);
  await close();
  for (const ledger of damaged)
    await damageBlocks(data, await corePublicKeyOf(data, ledger), [0], 'hole');
  return `test.example/${tenant.handle}`;
}

const restore = (...argv: readonly string[]): Promise<CliResult> =>
  runCli(['restore', '--data', data, '--cause', 'a bad sector', ...argv]);

describe('chirograph restore --damaged', () => {
  it('says what is left of each log, where it goes on, and where the damage is kept', async () => {
    const origins = await stoppedNode('kyc');
    const fsck = await runCli(['fsck', '--data', data]);
    expect(fsck).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`damaged: ${origins}/kyc:`),
    });
    expect(await restore('--damaged', 'all')).toEqual({
      code: 0,
      stdout: [
        `${origins}/kyc`,
        '  0 entries found; they stay readable and provable under this origin',
        '  what it had shown beyond them is lost, and the new log says so in its first entry',
        `  goes on as ${origins}/kyc/2`,
        'what was there is kept in damaged/1 of the data directory',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(await runCli(['fsck', '--data', data])).toMatchObject({ code: 0 });
    const { node, close } = await openTestNode(root);
    expect(node.store.allLedgers()).toHaveLength(4);
    await close();
  });

  it('needs every log that lost something to be named', async () => {
    const origins = await stoppedNode('kyc', 'audit');
    expect(await restore('--damaged', `${origins}/kyc`)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`also damaged, and not named: ${origins}/audit`),
    });
    const both = await restore(
      '--json',
      ...['kyc', 'audit'].flatMap((name) => ['--damaged', `${origins}/${name}`]),
    );
    expect(both).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(both.stdout)).toEqual({
      cause: 'a bad sector',
      evidence: 'damaged/1',
      ledgers: expect.arrayContaining([
        { from: `${origins}/audit`, origin: `${origins}/audit/2`, recoveredSize: 0 },
        { from: `${origins}/kyc`, origin: `${origins}/kyc/2`, recoveredSize: 0 },
      ]),
      madeWhole: [],
      refusal: null,
      shortened: [],
    });
  });

  it('changes nothing where nothing is damaged', async () => {
    await stoppedNode();
    expect(await restore('--damaged', 'all')).toEqual({
      code: 0,
      stdout: 'no log is damaged; nothing was changed\n',
      stderr: '',
    });
  });
});

describe('chirograph restore', () => {
  it.each([
    [[], /--from, --successor, --damaged or --empty/],
    [['--successor', '--damaged', 'all'], /cannot be used with/],
  ])('refuses %j', async (argv, message) => {
    await stoppedNode();
    expect(await restore(...argv)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});
