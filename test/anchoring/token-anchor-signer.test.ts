/** An anchor key in a token that is away, slow, refuses, or is another: nothing but anchors waits for it. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as secp256k1 from 'tiny-secp256k1';
import { TokenAnchorSigner } from '../../src/anchoring/token-anchor-signer.js';
import { toHex } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import type { TokenOptions } from '../../src/keys/pkcs11-curve-key.js';
import { openPkcs11CurveKey } from '../../src/keys/pkcs11-curve-key.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { CONFIRMATIONS, provenIn, withAnchoring } from './anchoring-life.js';
import { OTHER_WALLET, WALLET } from './distant-wallet.js';
import { payloadOf, SIGNER } from './fixture.js';

/** What a start of the process does, and at which signature; the trial is number 0. */
interface Step {
  readonly act: 'work' | 'crash' | 'hang' | 'die' | 'silent' | 'refuse' | 'fail' | 'lie';
  readonly at?: number;
  readonly code?: string;
  /** File of another key. */
  readonly key?: string;
  /** In hex: what it shows as its public key. */
  readonly point?: string;
}

const entry = new URL('../keys/support/fake-token-process.mjs', import.meta.url);
const WORK: Step = { act: 'work' };
const AWAY: Step = { act: 'refuse', code: 'KEYS_TOKEN_UNAVAILABLE' };
const PIN_REFUSED: Step = { act: 'refuse', code: 'KEYS_TOKEN_PIN_REFUSED' };
const DIGEST = new Uint8Array(32).fill(3);

const directories: string[] = [];
const signers: TokenAnchorSigner[] = [];

afterEach(async () => {
  for (const signer of signers.splice(0)) await signer.close();
  for (const directory of directories.splice(0)) await removeDirectory(directory);
});

async function optionsOf(plan: readonly Step[]): Promise<TokenOptions> {
  const directory = await temporaryDirectory();
  directories.push(directory);
  await writeFile(join(directory, 'anchor.key'), WALLET.secret);
  await writeFile(join(directory, 'other.key'), OTHER_WALLET.secret);
  await writeFile(
    join(directory, 'plan.json'),
    JSON.stringify(plan.map(({ at = 0, ...step }) => ({ at, ...step }))),
  );
  return {
    ...{ module: directory, token: 'tests', keyLabel: 'anchor', keyId: null, entry },
    pin: new Secret('1234-very-secret'),
    onCrash: () => undefined,
    limits: { firstPauseMillis: 10, longestPauseMillis: 40, timeoutMillis: 3_000 },
  };
}

async function signerOn(plan: readonly Step[]): Promise<TokenAnchorSigner> {
  const options = await optionsOf(plan);
  const { publicKey } = SIGNER;
  const signer = new TokenAnchorSigner({ publicKey, open: () => openPkcs11CurveKey(options) });
  signers.push(signer);
  return signer;
}

const starts = (): number =>
  readFileSync(join(directories.at(-1) ?? '', 'starts'), 'utf8')
    .trim()
    .split('\n').length;

describe('an anchor key in a token', () => {
  it('signs digests, each verified, and opens its token once', async () => {
    const signer = await signerOn([WORK]);
    const other = new Uint8Array(32).fill(4);
    const [first, second] = await signer.sign([DIGEST, other]);
    expect(secp256k1.verify(DIGEST, SIGNER.publicKey, first ?? DIGEST)).toBe(true);
    expect(secp256k1.verify(other, SIGNER.publicKey, second ?? DIGEST)).toBe(true);
    expect(signer).toMatchObject({ kind: 'pkcs11', failure: null });
    expect(starts()).toBe(1);
  });

  it.each([
    ['compressed', toHex(SIGNER.publicKey)],
    ['compressed in an OCTET STRING', `0421${toHex(SIGNER.publicKey)}`],
    ['bare', toHex(secp256k1.pointFromScalar(WALLET.secret, false) ?? DIGEST)],
  ])('is known where the token shows it %s', async (_how, point) => {
    const key = await openPkcs11CurveKey(await optionsOf([{ ...WORK, point }]));
    expect(key.publicKey).toEqual(SIGNER.publicKey);
    await key.close();
  });

  it.each([
    ['nothing', '00'],
    ['a point that is on no curve', `044104${'11'.repeat(64)}`],
    ['the key of another', toHex(OTHER_WALLET.signer.publicKey)],
  ])('is refused where it shows %s', async (_what, point) => {
    await expect(openPkcs11CurveKey(await optionsOf([{ ...WORK, point }]))).rejects.toMatchObject({
      code: 'KEYS_TOKEN_KEY_UNKNOWN',
    });
  });

  it('is refused at its trial where what it signs is something else', async () => {
    const signer = await signerOn([{ act: 'lie' }, WORK]);
    await signer.look();
    expect(signer.failure).toBe('KEYS_TOKEN_KEY_UNKNOWN');
    await signer.look();
    expect(signer.failure).toBeNull();
  });

  it.each([
    ['is away', AWAY, 'KEYS_TOKEN_UNAVAILABLE'],
    ['dies', { act: 'die' } as const, 'KEYS_TOKEN_UNAVAILABLE'],
    ['hangs', { act: 'silent' } as const, 'KEYS_TOKEN_UNAVAILABLE'],
    ['is another', { ...WORK, key: 'other.key' } as const, 'ANCHOR_KEY_MISMATCH'],
  ])('holds nothing up while its token %s, and goes on with it', (_how, step, code) =>
    withAnchoring(async (life) => {
      const signer = await signerOn([step, step, WORK]);
      const anchorer = await life.open({ signer });
      await expect(anchorer.publish(payloadOf(2))).rejects.toMatchObject({ code });
      expect(anchorer.report).toMatchObject({
        signing: { key: 'pkcs11', failure: code, waiting: null },
        alarms: ['key-unusable'],
      });
      expect(anchorer.state).toEqual({ state: 'idle' });
      // Looked at once more before anything is signed; that fails as well, and then it is there.
      await anchorer.publish(payloadOf(2));
      expect(anchorer.report).toMatchObject({ signing: { failure: null }, alarms: [] });
      await life.chain.mine(CONFIRMATIONS);
      await anchorer.poll();
      expect(await provenIn(life, 2)).toBe('proven');
    }),
  );

  it('never tries a PIN again that was refused', () =>
    withAnchoring(async (life) => {
      const signer = await signerOn([PIN_REFUSED, WORK]);
      const anchorer = await life.open({ signer });
      for (let round = 0; round < 3; round++)
        await expect(anchorer.publish(payloadOf(2))).rejects.toMatchObject({
          code: 'KEYS_TOKEN_PIN_REFUSED',
        });
      expect(starts()).toBe(1);
      expect(anchorer.report.alarms).toEqual(['key-unusable']);
    }));

  it('lets no anchor out whose signature is not one of its key', () =>
    withAnchoring(async (life) => {
      const signer = await signerOn([{ act: 'lie', at: 1 }]);
      const anchorer = await life.open({ signer });
      await expect(anchorer.publish(payloadOf(2))).rejects.toMatchObject({
        code: 'ANCHOR_SIGNATURE_INVALID',
      });
      expect(anchorer.state).toEqual({ state: 'idle' });
    }));

  it('is asked again by itself where its process dies in the middle', () =>
    withAnchoring(async (life) => {
      const signer = await signerOn([{ act: 'crash', at: 1 }, WORK]);
      const anchorer = await life.open({ signer });
      await anchorer.publish(payloadOf(2));
      expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 2 });
      expect(starts()).toBe(2);
    }));

  it('takes nothing more once it is closed', async () => {
    const signer = await signerOn([WORK]);
    await signer.look();
    await signer.close();
    await expect(signer.sign([DIGEST])).rejects.toMatchObject({ code: 'KEYS_TOKEN_UNAVAILABLE' });
  });
});
