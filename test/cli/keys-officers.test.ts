import { createPublicKey, verify } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/base/canonical-json.js';
import { keyPairOf } from '../../src/keys/key-pair.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  parseVerifierKey,
  verifierKey,
} from '../../src/tlog/note-key.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type CliResult, runCli } from './support/run-cli.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const ceremony = (...argv: readonly string[]): Promise<CliResult> =>
  runCli(['keys', 'ceremony', ...argv]);
const hold = (...argv: readonly string[]): Promise<CliResult> =>
  ceremony('--threshold', '2', '--officers', '3', '--out', join(root, 'out'), ...argv);
const share = (number: number): string => join(root, 'out', `share-${number}.json`);

describe('chirograph keys ceremony', () => {
  it('writes a share an officer, for them alone, the public part and the protocol', async () => {
    const { code, stdout } = await hold('--tenant', 'bank');
    expect(code).toBe(0);
    expect((await readdir(join(root, 'out'))).sort()).toEqual([
      'protocol.txt',
      'recovery.json',
      'share-1.json',
      'share-2.json',
      'share-3.json',
    ]);
    for (const number of [1, 2, 3]) expect((await stat(share(number))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(root, 'out', 'protocol.txt'), 'utf8')).toBe(stdout);
    expect(stdout).toContain('any 2 of 3 shares');
    for (const number of [1, 2, 3]) {
      const { share: secret } = JSON.parse(await readFile(share(number), 'utf8')) as {
        share: string;
      };
      expect(stdout).not.toContain(secret);
    }
  });

  it('tries shares out, and writes nothing', async () => {
    await hold();
    const { code, stdout } = await ceremony('--json', '--check', share(3), share(1));
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { shares: [1, 3], threshold: 2 }]);
    expect(await readdir(join(root, 'out'))).toHaveLength(5);
    const few = await ceremony('--check', share(1));
    expect(few).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('2 shares make the key'),
    });
  });

  it('is not held over another, nor by a rule that is none', async () => {
    await hold();
    expect(await hold()).toMatchObject({ code: 2, stderr: expect.stringContaining('not empty') });
    for (const [m, n] of [
      ['1', '3'],
      ['4', '3'],
      ['2', '256'],
      ['0', '3'],
      ['x', '3'],
    ] as const) {
      const argv = ['--threshold', m, '--officers', n, '--out', join(root, 'new')];
      expect((await ceremony(...argv)).code).toBe(2);
    }
    expect((await ceremony('--threshold', '2')).code).toBe(2);
    expect(await readdir(root)).toEqual(['out']);
  });
});

describe('chirograph keys sign', () => {
  const ORIGIN = 'audit.example/0123456789abcdef/kyc';
  const keyOf = (byte: number, name = ORIGIN): string =>
    formatVerifierKey(
      verifierKey(name, ED25519_NOTE, keyPairOf(new Uint8Array(32).fill(byte)).publicKey),
    );
  const request = {
    $v: 1,
    kind: 'chirograph/handover-request',
    origin: ORIGIN,
    old: keyOf(1),
    new: keyOf(2),
    size: 42,
    rootHash: 'ab'.repeat(32),
  };
  const sign = async (content: object, ...argv: readonly string[]): Promise<CliResult> => {
    const file = join(root, 'request.json');
    await writeFile(file, canonicalJson(content as never));
    const shares = ['--share', share(1), '--share', share(2)];
    return runCli(['keys', 'sign', file, ...shares, '--out', join(root, 'signed.json'), ...argv]);
  };

  it('shows in words what is signed, and signs it as anybody can check', async () => {
    await hold();
    const signed = await sign(request, '--yes');
    expect(signed).toMatchObject({ code: 0, stderr: expect.stringContaining('42 entries') });
    const { signature, ...rest } = JSON.parse(
      await readFile(join(root, 'signed.json'), 'utf8'),
    ) as {
      signature: { by: string; signature: string };
    };
    expect(rest).toEqual(request);
    const { name, publicKey } = parseVerifierKey(signature.by);
    expect(name).toBe('audit.example/0123456789abcdef');
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const { old, new: next, size, rootHash } = request;
    const text = `chirograph/handover/1\n${ORIGIN}\n${old}\n${next}\n${size}\n${rootHash}\n`;
    expect(verify(null, Buffer.from(text), key, Buffer.from(signature.signature, 'base64'))).toBe(
      true,
    );
    // What is there is not written over.
    expect((await sign(request, '--yes')).code).toBe(2);
  });

  it('signs nothing that nobody agreed to, or that is no request', async () => {
    await hold();
    expect(await sign(request)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    for (const wrong of [
      { ...request, new: request.old },
      { ...request, old: keyOf(1, 'audit.example/0123456789abcdef/other') },
      { ...request, kind: 'chirograph/other' },
      { ...request, more: 1 },
      { ...request, size: -1 },
      { ...request, rootHash: 'AB'.repeat(32) },
    ])
      expect(await sign(wrong, '--yes')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('no handover request'),
      });
    expect(await readdir(root)).not.toContain('signed.json');
  });
});
