/** `chirograph identity` against a real node, with keys in PEM files as people have them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { testKey } from '../identities/support/identity-kit.js';
import { issueTo } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { type CliResult, runCli } from './support/run-cli.js';

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly keys: readonly { readonly key: string; readonly isInUse: boolean }[];
}

let root: string;
let node: TestService;
const dids = new Map<string, string>();

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(join(root, 'node'));
  await mkdir(join(root, 'keys'));
  for (const [name, alg] of [
    ['master', 'ES256'],
    ['phone', 'Ed25519'],
    ['fresh', 'ES256K'],
    ['officer', 'Ed25519'],
    ['next', 'Ed25519'],
  ] as const) {
    const { did, privateKey } = testKey(alg);
    dids.set(name, did);
    await writeFile(pem(name), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  }
});

afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

const pem = (name: string): string => join(root, 'keys', `${name}.pem`);
const did = (name: string): string => dids.get(name) ?? '';

function run(...argv: readonly string[]): Promise<CliResult> {
  const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
  return runCli(['identity', ...argv, '--json'], env);
}

async function done<T>(...argv: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...argv);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

describe('chirograph identity', () => {
  let id = '';

  it('names a key without a node', async () => {
    const { stdout } = await runCli(['identity', 'key', pem('phone')]);
    expect(stdout).toBe(`${did('phone')}\n`);
  });

  it('registers, adds, rotates, revokes and recovers', async () => {
    const keys = ['--update', pem('master'), '--recovery', did('officer')];
    ({ id } = (await done<{ identity: Shown }>('register', ...keys)).identity);
    await done(
      'add-key',
      id,
      '--by',
      pem('master'),
      '--new',
      pem('phone'),
      '--purpose',
      'sign',
      '--name',
      'phone',
    );
    await done('rotate', id, '--by', pem('master'), '--old', did('phone'), '--new', pem('fresh'));
    await done(
      'revoke-key',
      id,
      '--by',
      pem('master'),
      '--old',
      did('fresh'),
      '--reason',
      'compromised',
    );
    await done('recover', id, '--by', pem('officer'), '--update', pem('next'));
    const { keys: shown } = await done<Shown>('show', id);
    expect(shown.filter(({ isInUse }) => isInUse).map(({ key }) => key)).toEqual([did('next')]);
    expect((await done<Shown>('show', id, '--as-of', '2')).keys.map(({ key }) => key)).toEqual([
      did('master'),
    ]);
    expect((await done<{ items: { id: string }[] }>('list')).items.map((one) => one.id)).toEqual([
      id,
    ]);
  });

  it('binds a certificate by its key, and names who recovers', async () => {
    const { certificate, privateKey } = issueTo({ name: 'Ada' });
    await writeFile(join(root, 'ada.crt'), certificate.der);
    await writeFile(pem('ada'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const bind = ['bind', id, '--by', pem('next'), '--certificate', join(root, 'ada.crt')];
    const other = await run(...bind, '--certificate-key', pem('next'));
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/^chirograph: .*not the key of the certificate\n$/),
    ]);
    const { identity } = await done<{ identity: { certificates: { sha256: string }[] } }>(
      ...[...bind, '--certificate-key', pem('ada')],
    );
    expect(identity.certificates).toMatchObject([{ sha256: toHex(sha256(certificate.der)) }]);
    // Not with the key for update: whoever steals that must not name who recovers.
    const recovery = ['--recovery', did('phone')];
    const stolen = await run('set-recovery', id, '--by', pem('next'), ...recovery);
    expect([stolen.code, stolen.stdout]).toEqual([2, '']);
    await done('set-recovery', id, '--by', pem('officer'), ...recovery);
    expect((await done<{ recovery: object }>('show', id)).recovery).toEqual({
      ...{ keys: [did('phone')], threshold: 1 },
    });
    await done('set-recovery', id, '--by', pem('phone'), '--recovery', did('officer'));
  });

  it('lists every event, and who signed it', async () => {
    const { items } = await done<{ items: { action: string }[] }>('history', id);
    expect(items.map(({ action }) => action)).toEqual([
      ...['register', 'add-key', 'rotate-key', 'revoke-key', 'recover', 'bind-certificate'],
      ...['set-recovery', 'set-recovery'],
    ]);
    const then = await done<{ items: object[] }>('history', id, '--as-of', '2');
    expect(then.items).toHaveLength(1);
    await done('introduce', id, '--reason', 'seen');
    const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
    const { stdout } = await runCli(['identity', 'history', id], env);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^  0  \\d{4}-\\S+Z  register          signed by ${did('master')}$`),
    );
    expect(lines.filter((line) => line.includes(`signed by ${did('phone')}`))).toHaveLength(2);
    expect(lines.some((line) => line.includes('signed by x509:'))).toBe(true);
    expect(lines.at(-1)).toMatch(/ {2}introduce {9}by \S+, an act of the tenant$/);
  });

  it('suspends and resumes as the tenant, and revokes for good', async () => {
    expect((await done<{ identity: Shown }>('suspend', id)).identity.status).toBe('suspended');
    await done('resume', id);
    await done('introduce', id, '--reason', 'seen');
    expect(
      (await done<{ identity: Shown }>('revoke', id, '--by', pem('next'))).identity.status,
    ).toBe('revoked');
  });

  it('imports an identity of Tradle', async () => {
    const file = fileURLToPath(
      new URL('../fixtures/tradle-identities/alice.json', import.meta.url),
    );
    const { identity } = await done<{ identity: Shown }>('import', file);
    expect(identity.id).toMatch(/^tradle:[0-9a-f]{64}$/);
    expect(identity.keys).toHaveLength(2);
  });

  it('is there after a restart', async () => {
    const before = await done<Shown>('show', id);
    await node.service.close();
    node = await openTestService(join(root, 'node'), {}, node.adminKey);
    expect(await done<Shown>('show', id)).toEqual(before);
  });

  it('says in one line what is wrong', async () => {
    const again = await run('register', '--update', pem('master'), '--recovery', did('officer'));
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toMatch(/^chirograph: .*identity is there.*\n$/);
    const none = await run('register', '--update', join(root, 'keys'));
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/directory/)]);
    await writeFile(pem('text'), 'no key');
    expect((await run('register', '--update', pem('text'))).stderr).toMatch(
      /no private key in PEM/,
    );
  });
});
