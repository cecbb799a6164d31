/** A whole node whose anchor key is elsewhere: what its operator sees, carries, and has on record. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { answer, append, createLedger, problem } from '../api/support/ledger-client.js';
import { runCli } from '../cli/support/run-cli.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { OTHER_WALLET, signed, signedOther, WALLET } from './distant-wallet.js';

let root: string;
let clock: FakeClock;
const opened: TestService[] = [];
beforeEach(async () => {
  root = await temporaryDirectory();
  clock = new FakeClock();
});
afterEach(async () => {
  for (const node of opened.splice(0)) await node.service.close();
  await removeDirectory(root);
});

async function open(wallet = WALLET, adminKey?: string): Promise<TestService> {
  const settings = {
    anchorKey: 'psbt',
    anchorPublicKey: toHex(wallet.signer.publicKey),
    anchorKeyOrigin: 'd34db33f/84h/0h/0h/0/0',
    clock,
  } as const;
  const node = await openTestService(root, settings, adminKey);
  opened.push(node);
  return node;
}

async function stop(): Promise<void> {
  await opened.pop()?.service.close();
}

const PSBT = '/v1/anchors/psbt';

interface Unsigned {
  readonly items: readonly { txid: string; fee: number; psbt: string }[];
}

const inNode = (node: TestService, ...args: readonly string[]) =>
  runCli(['anchor', ...args, '--url', node.service.url, '--key', node.adminKey]);

describe('a node whose anchor key is elsewhere', () => {
  it('hands anchors out, takes them back by the command line, and stays sound', async () => {
    const node = await open();
    await createLedger(node, 'kyc');
    await append(node, 'kyc');
    const file = join(root, 'anchor.psbt');
    expect(await inNode(node, 'psbt', 'export', file)).toMatchObject({ code: 1 });
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    const { items } = await answer<Unsigned>(node.request(PSBT));
    expect(items).toHaveLength(1);
    const [{ txid } = { txid: '' }] = items;
    expect(await answer(node.request('/v1/anchors'))).toMatchObject({
      settledSize: 0,
      pending: { state: 'pending' },
      signing: { key: 'psbt', failure: null, waiting: { txid } },
      alarms: [],
    });
    expect((await inNode(node, 'psbt', 'list')).stdout).toContain(txid);
    expect((await inNode(node, 'status')).stdout).toContain('waits for its signature since');

    clock.advance(25 * 3_600_000);
    expect(await answer(node.request('/v1/anchors'))).toMatchObject({ alarms: ['unsigned'] });
    const { reasons } = await answer<{ reasons: string[] }>(node.request('/readyz', { key: '' }));
    expect(reasons).toContain('an anchor has waited too long for its signature');

    expect(await inNode(node, 'psbt', 'export', file)).toMatchObject({ code: 0, stderr: '' });
    const psbt = new Uint8Array(await readFile(file));
    const hostile = join(root, 'hostile.psbt');
    await writeFile(
      hostile,
      signedOther(psbt, ({ outs: [output] }) => {
        if (output !== undefined) output.value -= 1n;
      }),
    );
    const refused = await inNode(node, 'psbt', 'import', hostile);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('other amounts');
    // In base64, as some wallets write it.
    const answered = join(root, 'signed.psbt');
    await writeFile(answered, `${Buffer.from(signed(psbt)).toString('base64')}\n`);
    expect(await inNode(node, 'psbt', 'import', answered, '--json')).toMatchObject({ code: 0 });
    expect(JSON.parse((await inNode(node, 'psbt', 'import', answered, '--json')).stdout)).toEqual(
      expect.objectContaining({ txid, failure: null }),
    );
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    const after = await answer<{ settledSize: number }>(node.request('/v1/anchors'));
    expect(after.settledSize).toBeGreaterThan(1);
    const acts = await answer<{ items: { action: string; made?: unknown }[] }>(
      node.request('/v1/access?action=anchor:sign'),
    );
    expect(acts.items.filter(({ action }) => action === 'anchor:sign')).toContainEqual(
      expect.objectContaining({ made: { txid } }),
    );
    await stop();
    expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  });

  it('goes on under another key that the settings name, once the log says so', async () => {
    const node = await open();
    const { adminKey } = node;
    await createLedger(node, 'kyc');
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    await stop();
    const other = await open(OTHER_WALLET, adminKey);
    expect(await answer(other.request('/v1/anchors'))).toMatchObject({
      closed: { reason: 'key' },
      signing: { waiting: null },
      alarms: ['closed'],
    });
    await answer(other.request('/v1/anchors/successor', { json: { why: 'key-change' } }), 201);
    await answer(other.request('/v1/anchors', { method: 'POST' }));
    const { items } = await answer<Unsigned>(other.request(PSBT));
    const psbt = new Uint8Array(Buffer.from(items[0]?.psbt ?? '', 'base64'));
    const body = { psbt: Buffer.from(signed(psbt, OTHER_WALLET)).toString('base64') };
    await answer(other.request(PSBT, { json: body }));
    await answer(other.request('/v1/anchors', { method: 'POST' }));
    expect(await answer(other.request('/v1/anchors'))).toMatchObject({ closed: null, alarms: [] });
    await stop();
    expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  });

  it('refuses what is no PSBT of its own, by code', async () => {
    const node = await open();
    await createLedger(node, 'kyc');
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    const { items } = await answer<Unsigned>(node.request(PSBT));
    const ask = (psbt: string, status: number): Promise<unknown> =>
      problem(node.request(PSBT, { json: { psbt } }), status);
    expect(await ask('bm8=', 400)).toBe('ANCHOR_PSBT_MALFORMED');
    expect(await ask(items[0]?.psbt ?? '', 400)).toBe('ANCHOR_PSBT_UNSIGNED');
    expect(await ask('x', 400)).toBe('REQUEST_INVALID');
    expect(await ask('A'.repeat(400_000), 400)).toBe('REQUEST_INVALID');
  });
});
