/** What a node has stamped of its epoch log, as `openssl ts` sees it: any file with a token. Needs `openssl` 3 on the path. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answer, createLedger } from '../api/support/ledger-client.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';

interface Epoch {
  readonly timeStamp: { readonly checkpoint: string; readonly token: string } | null;
}

const clock = new FakeClock();
let root: string;
let node: TestService;

beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root, { timeStamps: 'development', epochTimeStampMillis: 0, clock });
});
afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

describe('the time-stamp over an epoch', () => {
  it('is one of OpenSSL over the signed note, and over no other', async () => {
    await createLedger(node, 'kyc');
    const { checkpoint, token } = await stamped();
    const { certificates } = await answer<{ certificates: string[] }>(node.request('/v1/trust'));
    await writeFile(path('token'), Buffer.from(token, 'base64'));
    await writeFile(path('note'), checkpoint);
    await writeFile(path('altered'), checkpoint.replace('\n', '\n\n'));
    await writeFile(path('roots.pem'), certificates.map(pem).join(''));
    expect(await verified('note')).toMatch(/Verification: OK/);
    const mismatch: unknown = expect.objectContaining({
      stderr: expect.stringMatching(/imprint mismatch/),
    });
    await expect(verified('altered')).rejects.toEqual(mismatch);
  });
});

/** Of the first epoch, once the authority has answered. */
async function stamped(): Promise<{ checkpoint: string; token: string }> {
  await answer(node.request('/v1/anchors', { method: 'POST' }));
  for (let look = 0; look < 500; look++) {
    const { timeStamp } = await answer<Epoch>(node.request('/v1/anchors/1'));
    if (timeStamp !== null) return timeStamp;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the epoch is not stamped');
}

async function verified(content: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('openssl', [
    ...['ts', '-verify', '-data', path(content), '-in', path('token'), '-token_in'],
    ...['-CAfile', path('roots.pem'), '-attime', String(Math.floor(clock.now() / 1_000))],
  ]);
  return stdout + stderr;
}

function path(name: string): string {
  return join(root, name);
}

function pem(base64: string): string {
  const lines = base64.replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
