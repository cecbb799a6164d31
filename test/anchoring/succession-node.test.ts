/** A whole node whose anchor key was lost, or is changed: what it showed stays proven, and it goes on. */
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_TRUST } from '../../src/evidence/trust.js';
import type { VerificationReport } from '../../src/evidence/verification-report.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { answer, append, createLedger, problem } from '../api/support/ledger-client.js';
import { runCli } from '../cli/support/run-cli.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';

let root: string;
const opened: TestService[] = [];
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const node of opened.splice(0)) await node.service.close();
  await removeDirectory(root);
});

async function open(adminKey?: string): Promise<TestService> {
  const node = await openTestService(root, {}, adminKey);
  opened.push(node);
  return node;
}

/** Stops the node that is open. */
async function stop(): Promise<void> {
  await opened.pop()?.service.close();
}

const SUCCESSOR = '/v1/anchors/successor';

async function anchored(node: TestService): Promise<unknown> {
  return answer(node.request('/v1/anchors', { method: 'POST' }));
}

async function reportOf(node: TestService, index: number): Promise<VerificationReport> {
  const response = await node.request(`/v1/ledgers/kyc/records/${index}/evidence`);
  return verifyEvidence(new Uint8Array(await response.arrayBuffer()), NO_TRUST);
}

function resultsOf({ checks }: VerificationReport): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, result }) => [id, result]));
}

describe('a node with another anchor key', () => {
  it.each([
    ['which was lost', 'lost-wallet', true],
    ['which was changed', 'key-change', false],
  ])('%s, goes on in a chain that its log names', async (_how, why, isLost) => {
    const first = await open();
    const { adminKey } = first;
    await createLedger(first, 'kyc');
    await append(first, 'kyc');
    await anchored(first);
    expect(await problem(first.request(SUCCESSOR, { json: { why } }), 409)).toBe(
      'ANCHOR_CHAIN_OPEN',
    );
    await stop();
    if (isLost) {
      await unlink(join(root, 'data.keys', 'anchor.json'));
      await expect(open()).rejects.toMatchObject({ code: 'KEYS_MISSING' });
    }
    const made = await runCli(['anchor', 'new-key', '--data', join(root, 'data'), '--json']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toEqual({ kept: isLost ? null : 'anchor.1.json' });

    const node = await open(adminKey);
    expect(await answer(node.request('/v1/anchors'))).toMatchObject({
      closed: { reason: 'key' },
      ended: [{ closed: { reason: 'key' }, isSucceeded: false }],
      alarms: ['closed'],
    });
    const second = await append(node, 'kyc');
    // Nothing is anchored before the log says in which chain.
    expect(await anchored(node)).toMatchObject({ pending: { state: 'idle' } });
    const succeeded = await answer<{ before: string }>(
      node.request(SUCCESSOR, { json: { why } }),
      201,
    );
    expect(succeeded.before).toMatch(/^[0-9a-f]{64}:0$/);
    const last = succeeded.before;
    expect(await anchored(node)).toMatchObject({
      closed: null,
      ended: [{ last, value: expect.any(Number), closed: { reason: 'key' }, isSucceeded: true }],
      alarms: [],
    });
    const status = ['anchor', 'status', '--url', node.service.url, '--key', adminKey];
    expect((await runCli(status)).stdout).toMatch(
      new RegExp(
        `^a chain of anchors ended at ${last}, \\d+ sat: its key was lost or replaced; another goes on for it$`,
        'm',
      ),
    );
    // The old chain's anchor and the new one's, and both together.
    expect(resultsOf(await reportOf(node, 1))).toMatchObject({ 'anchor:after': 'pass' });
    expect(resultsOf(await reportOf(node, second.index))).toMatchObject({
      'anchor:after': 'pass',
      'anchor:before': 'pass',
    });
    const epochs = await answer<{ epochSize: number }>(node.request('/v1/anchors'));
    const said: (string | undefined)[] = [];
    for (let epoch = 1; epoch < epochs.epochSize; epoch++) {
      const { statement } = await answer<{ statement: string }>(
        node.request(`/v1/anchors/${epoch}`),
      );
      const { succession } = JSON.parse(Buffer.from(statement, 'base64').toString()) as {
        succession?: { cause: string; ended: { last: string } };
      };
      said.push(succession && `${succession.cause} ${succession.ended.last}`);
    }
    expect(said.filter((one) => one !== undefined)).toEqual([`${why} ${succeeded.before}`]);
    await stop();
    expect(await runCli(['fsck', '--data', join(root, 'data')])).toMatchObject({ code: 0 });
  });
});
