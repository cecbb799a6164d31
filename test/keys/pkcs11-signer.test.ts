import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import type { SupervisorOptions } from '../../src/keys/internal/pkcs11-supervisor.js';
import { openPkcs11Signer } from '../../src/keys/pkcs11-signer.js';
import { sealSignerOf } from '../../src/keys/seal-signer.js';
import type { Signer } from '../../src/keys/signer.js';
import { issueCa, issueTo, NOW } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

/** What a start of the process does, and at which signature; the trial is number 0. */
interface Step {
  readonly act:
    'work' | 'crash' | 'hang' | 'die' | 'silent' | 'refuse' | 'fail' | 'garbage' | 'lie';
  readonly at?: number;
  readonly code?: string;
}

const entry = new URL('./support/fake-token-process.mjs', import.meta.url);
const root = issueCa({ name: 'Root' });
const identity = issueTo({ name: 'Seal', issuer: root });
const ALGORITHM = { algorithm: 'ecdsa-sha256' } as const;
const WORK: Step = { act: 'work' };

const directories: string[] = [];
const signers: Signer[] = [];
const crashes: unknown[] = [];

afterEach(async () => {
  for (const signer of signers.splice(0)) await signer.close();
  for (const directory of directories.splice(0)) await removeDirectory(directory);
  crashes.length = 0;
});

async function directoryWith(plan: readonly Step[]): Promise<string> {
  const directory = await temporaryDirectory();
  directories.push(directory);
  const key = identity.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(directory, 'key.pem'), key);
  await writeFile(join(directory, 'certificate.der'), identity.certificate.der);
  await writeFile(
    join(directory, 'plan.json'),
    JSON.stringify(plan.map(({ at = 0, ...step }) => ({ at, ...step }))),
  );
  return directory;
}

async function openOn(
  plan: readonly Step[],
  limits: Partial<SupervisorOptions> = {},
): Promise<{ signer: Signer; directory: string }> {
  const directory = await directoryWith(plan);
  const signer = await openPkcs11Signer({
    module: directory,
    token: 'tests',
    keyLabel: 'seal',
    keyId: null,
    pin: new Secret('1234-very-secret'),
    sessions: 2,
    certificates: [root.certificate.der],
    onCrash: (cause) => crashes.push(cause),
    entry,
    limits: { firstPauseMillis: 10, longestPauseMillis: 40, ...limits },
  });
  signers.push(signer);
  return { signer, directory };
}

const one = (signer: Signer, text = 'message'): Promise<readonly Uint8Array[]> =>
  signer.sign([utf8(text)], ALGORITHM);

const starts = (directory: string): string[] =>
  readFileSync(join(directory, 'starts'), 'utf8').trim().split('\n');

describe('a signer with a token', () => {
  it('signs and seals, many at a time', async () => {
    const { signer, directory } = await openOn([WORK]);
    expect(signer.describe()).toMatchObject({ where: 'pkcs11', algorithms: ['ecdsa-sha256'] });
    expect(signer.describe().chain.map(({ der }) => der)).toEqual([root.certificate.der]);
    const messages = Array.from({ length: 64 }, (_, at) => utf8(`message ${at}`));
    await expect(signer.sign(messages, ALGORITHM)).resolves.toHaveLength(64);
    const cms = await sealSignerOf(signer).seal(utf8('content'), NOW);
    expect(cms.length).toBeGreaterThan(500);
    expect(starts(directory)).toHaveLength(1);
  });

  it('tells its process the PIN and nothing else that is secret, and by no argument', async () => {
    process.env['CHIROGRAPH_ADMIN_KEY'] = 'must-not-be-passed-on';
    try {
      const { directory } = await openOn([WORK]);
      const [start = ''] = starts(directory);
      expect(JSON.parse(start)).toMatchObject({ pin: '1234-very-secret', argv: [] });
      expect(start).not.toContain('must-not-be-passed-on');
      expect(start.split('1234-very-secret')).toHaveLength(2);
    } finally {
      delete process.env['CHIROGRAPH_ADMIN_KEY'];
    }
  });

  it('answers everything though the process crashes in the middle', async () => {
    const { signer, directory } = await openOn([{ act: 'crash', at: 7 }, WORK]);
    const all = Array.from({ length: 40 }, (_, at) => one(signer, `message ${at}`));
    await expect(Promise.all(all)).resolves.toHaveLength(40);
    expect(starts(directory)).toHaveLength(2);
    expect(crashes).toEqual([
      expect.objectContaining({ message: expect.stringContaining('SIGKILL') }),
    ]);
  });

  it.each(['hang', 'garbage'] as const)('replaces a process that would %s', async (act) => {
    const { signer, directory } = await openOn([{ act, at: 1 }, WORK], { timeoutMillis: 3_000 });
    const settled = await Promise.allSettled([one(signer), one(signer), one(signer)]);
    // Of the one that hung nobody knows whether it would have come; it is told, and the others go on.
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(act === 'hang' ? 1 : 0);
    await expect(one(signer)).resolves.toHaveLength(1);
    expect(starts(directory)).toHaveLength(2);
  });

  it('asks twice and then says that the token cannot be had, until it can', async () => {
    const plan: Step[] = [{ act: 'crash', at: 1 }, { act: 'crash' }, WORK];
    const { signer } = await openOn(plan);
    await expect(one(signer)).rejects.toMatchObject({ code: 'KEYS_TOKEN_UNAVAILABLE' });
    await expect(one(signer)).resolves.toHaveLength(1);
    expect(crashes).toHaveLength(2);
  });

  it('goes on when a token that was taken away is there again', async () => {
    const away: Step = { act: 'refuse', code: 'KEYS_TOKEN_UNAVAILABLE' };
    const { signer, directory } = await openOn([
      { act: 'fail', at: 1, code: 'KEYS_TOKEN_UNAVAILABLE' },
      away,
      away,
      away,
      WORK,
    ]);
    await expect(one(signer)).rejects.toMatchObject({
      code: 'KEYS_TOKEN_UNAVAILABLE',
      message: 'as planned',
    });
    let answer: unknown = null;
    while (answer === null) answer = await one(signer).catch(() => null);
    expect(starts(directory)).toHaveLength(5);
  });

  it('never tries a PIN again that was refused', async () => {
    const refused: Step = { act: 'refuse', code: 'KEYS_TOKEN_PIN_REFUSED' };
    const { signer, directory } = await openOn([{ act: 'crash', at: 1 }, refused, WORK]);
    const code = 'KEYS_TOKEN_PIN_REFUSED';
    await expect(Promise.all([one(signer), one(signer)])).rejects.toMatchObject({ code });
    await expect(one(signer)).rejects.toMatchObject({ code });
    expect(starts(directory)).toHaveLength(2);
  });

  it('lets nothing pass that is not a signature of the certificate’s key', async () => {
    const { signer } = await openOn([{ act: 'lie', at: 1 }]);
    await expect(one(signer)).rejects.toMatchObject({ code: 'SIGNATURE_SELF_CHECK_FAILED' });
  });

  it('takes no more than it may keep waiting, and says so', async () => {
    const { signer } = await openOn([WORK], { maxWaiting: 8 });
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => one(signer)));
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(12);
    for (const each of refused) expect(each).toMatchObject({ reason: { code: 'KEYS_TOKEN_BUSY' } });
  });

  it('ends its process when it is closed, after what is under way, and takes nothing more', async () => {
    const { signer, directory } = await openOn([WORK]);
    const last = one(signer);
    const closed = signer.close();
    await expect(one(signer)).rejects.toMatchObject({ code: 'KEYS_TOKEN_UNAVAILABLE' });
    await expect(last).resolves.toHaveLength(1);
    await closed;
    expect(starts(directory)).toHaveLength(1);
    expect(crashes).toEqual([]);
  });
});

describe('a token that cannot be opened', () => {
  it.each([
    [{ act: 'refuse', code: 'KEYS_TOKEN_PIN_REFUSED' } as const, 'KEYS_TOKEN_PIN_REFUSED'],
    [{ act: 'refuse', code: 'KEYS_TOKEN_KEY_UNKNOWN' } as const, 'KEYS_TOKEN_KEY_UNKNOWN'],
    [{ act: 'die' } as const, 'KEYS_TOKEN_UNAVAILABLE'],
    [{ act: 'silent' } as const, 'KEYS_TOKEN_UNAVAILABLE'],
    // The certificate is then not the key's.
    [{ act: 'lie' } as const, 'KEYS_SEAL_UNUSABLE'],
  ])('%j is told at once, and tried once', async (step, code) => {
    await expect(openOn([step, WORK], { timeoutMillis: 3_000 })).rejects.toMatchObject({ code });
    expect(starts(directories.at(-1) ?? '')).toHaveLength(1);
    expect(crashes).toEqual([]);
  });
});
