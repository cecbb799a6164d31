/**
 * A node raises a signature to B-LTA by itself, and goes on where it was killed. Its outcome is verified by
 * OpenSSL and by `chirograph validate`. Needs `openssl` 3 on the path.
 */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningNode } from '../cli/support/running-node.js';
import { program } from '../support/product.js';

const run = promisify(execFile);
const ADMIN_KEY = 'an-admin-key-of-the-signature-levels-suite';
const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const;

interface Listed {
  readonly versions: readonly unknown[];
  readonly report: { readonly level: string; readonly indication: string };
}

let folder = '';
const path = (name: string): string => join(folder, name);
const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-signature-levels-'));
});
afterAll(() => rm(folder, { recursive: true }));

function start(): RunningNode {
  const argv = ['serve', '--port', '0', '--data', path('data'), '--epoch-interval-millis', '500'];
  return new RunningNode(argv, { CHIROGRAPH_ADMIN_KEY: ADMIN_KEY });
}

async function post(url: string, json: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(json) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

/** Asked for again and again until it has the level, as a client does that waits for it. */
async function signatureAt(record: string, level: (typeof LEVELS)[number]): Promise<Listed> {
  for (;;) {
    const response = await fetch(`${record}/signatures`, { headers });
    const { items } = (await response.json()) as { items: Listed[] };
    const [first] = items;
    const reached = LEVELS.findIndex((each) => each === first?.report.level);
    if (first !== undefined && reached >= LEVELS.indexOf(level)) return first;
  }
}

async function save(url: string, name: string): Promise<void> {
  const response = await fetch(url, { headers });
  await writeFile(path(name), new Uint8Array(await response.arrayBuffer()));
}

describe('a signature', () => {
  it('reaches B-LTA, also when the node is killed on the way, and holds for others', async () => {
    let node = start();
    const ledgers = `${await node.url()}/v1/ledgers`;
    await post(ledgers, { name: 'kyc' });
    const record = { type: 'tradle.Residence', subject: 'customer-4711', payload: {} };
    await post(`${ledgers}/kyc/records`, record);
    await post(`${ledgers}/kyc/records/1/signatures`, { signer: 'seal' });
    await signatureAt(`${ledgers}/kyc/records/1`, 'B-T');
    node.signal('SIGKILL');
    await node.ended();

    node = start();
    const url = `${await node.url()}/v1/ledgers/kyc/records/1`;
    const raised = await signatureAt(url, 'B-LTA');
    expect(raised.report).toMatchObject({ indication: 'TOTAL-PASSED' });
    expect(raised.versions).toHaveLength(4);
    await save(`${url}/statement`, 'statement');
    await save(`${url}/signatures/0`, 'signature.p7s');
    await run(process.execPath, [
      ...[program, 'keys', 'trust', '--out', path('trust.json')],
      ...['--url', new URL(url).origin, '--key', ADMIN_KEY],
    ]);
    node.signal('SIGTERM');
    expect(await node.ended()).toBe(0);

    const trust = JSON.parse(await readFile(path('trust.json'), 'utf8')) as {
      certificates: string[];
    };
    const pem = trust.certificates.map((der) =>
      String(new X509Certificate(Buffer.from(der, 'base64'))),
    );
    await writeFile(path('roots.pem'), pem.join(''));
    const openssl = await run('openssl', [
      ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path('signature.p7s')],
      ...['-content', path('statement'), '-CAfile', path('roots.pem'), '-purpose', 'any'],
      ...['-out', path('verified')],
    ]);
    expect(openssl.stderr).toContain('CAdES Verification successful');
    const { stdout } = await run(process.execPath, [
      ...[program, 'validate', path('signature.p7s'), '--content', path('statement')],
      ...['--trust', path('trust.json')],
    ]);
    expect(stdout).toMatch(/^TOTAL-PASSED\n/);
    expect(stdout).toContain('level B-LTA');
    expect(stdout).toContain('DEVELOPMENT ONLY');
  });
});
