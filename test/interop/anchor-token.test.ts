/**
 * The chain of anchors with its key in a real PKCS#11 module: keys on secp256k1 that are generated in SoftHSM2 and
 * never leave it. Needs `softhsm2-util`, its module, and the package pkcs11js compiled.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { formatOutpoint } from '../../src/anchoring/outpoint-text.js';
import { TokenAnchorSigner } from '../../src/anchoring/token-anchor-signer.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import {
  openPkcs11CurveKey,
  type Pkcs11CurveKey,
  type TokenOptions,
} from '../../src/keys/pkcs11-curve-key.js';
import { CONFIRMATIONS, provenIn, settle, withAnchoring } from '../anchoring/anchoring-life.js';
import { describeConformance, withConformingDevChain } from '../anchoring/conformance.js';
import { EsploraDouble } from '../anchoring/esplora-double.js';
import { payloadOf, withDevChain } from '../anchoring/fixture.js';
import { RunningNode } from '../cli/support/running-node.js';
import { childProcess, MODULE, PIN, type SoftToken, softToken } from './softhsm-token.js';

const entry = new URL('../../dist/keys/pkcs11-process.js', import.meta.url);
const ADMIN_KEY = 'an-admin-key-of-the-anchor-token-suite-01';
/** OIDs of curves, in DER. */
const SECP256K1 = '06052b8104000a';
const P256 = '06082a8648ce3d030107';

let token: SoftToken;
let first: TokenAnchorSigner;
let second: TokenAnchorSigner;
const nodes: RunningNode[] = [];

beforeAll(async () => {
  token = await softToken('anchors');
  const keys: Uint8Array[] = [];
  for (const id of ['05', '06']) {
    await token.make('anchor', id, SECP256K1);
    const key = await openKey({ keyId: fromHex(id) });
    keys.push(key.publicKey);
    await key.close();
  }
  await token.make('anchor', '07', P256);
  [first, second] = keys.map((publicKey, at) => signerOf(publicKey, at === 0 ? '05' : '06')) as [
    TokenAnchorSigner,
    TokenAnchorSigner,
  ];
});

afterEach(async () => {
  for (const node of nodes.splice(0)) {
    node.signal('SIGKILL');
    await node.ended();
  }
});

afterAll(async () => {
  await first.close();
  await second.close();
  await token.remove();
});

function openKey(options: Partial<TokenOptions>): Promise<Pkcs11CurveKey> {
  return openPkcs11CurveKey({
    ...{ module: MODULE, token: 'anchors', keyLabel: null, keyId: null, entry },
    ...{ pin: new Secret(PIN), onCrash: () => undefined },
    limits: { firstPauseMillis: 20, longestPauseMillis: 200 },
    ...options,
  });
}

function signerOf(publicKey: Uint8Array, id: string): TokenAnchorSigner {
  return new TokenAnchorSigner({ publicKey, open: () => openKey({ keyId: fromHex(id) }) });
}

describeConformance('the development chain', withConformingDevChain, 60_000, [
  {
    where: 'in SoftHSM',
    get first() {
      return first;
    },
    get second() {
      return second;
    },
    get thief() {
      return second;
    },
    carry: () => Promise.resolve(),
  },
]);

describe('a chain of anchors whose key is in SoftHSM', () => {
  it('goes on where the process of the module is killed, and after its token was away', () =>
    withAnchoring(async (life) => {
      const signer = signerOf(first.publicKey, '05');
      const script = chainScript(first.publicKey);
      const anchorer = await life.open({ signer });
      try {
        await first.close();
        await second.close();
        await settle(life, anchorer, 2);
        process.kill(childProcess(), 'SIGKILL');
        await settle(life, anchorer, 3);
        // Replaced while it waits, by a head that is newer, and a fee that is higher.
        await anchorer.publish(payloadOf(4));
        await rename(token.path('tokens'), token.path('elsewhere'));
        await mkdir(token.path('tokens'));
        process.kill(childProcess(), 'SIGKILL');
        await expect(anchorer.publish(payloadOf(5))).rejects.toMatchObject({
          code: 'KEYS_TOKEN_UNAVAILABLE',
        });
        expect(anchorer.report.alarms).toEqual(['key-unusable']);
        await rm(token.path('tokens'), { recursive: true });
        await rename(token.path('elsewhere'), token.path('tokens'));
        while (anchorer.report.alarms.length > 0 || anchorer.state.state === 'idle')
          await anchorer.publish(payloadOf(6)).catch(() => undefined);
        expect(anchorer.state).toMatchObject({ epochSize: 6 });
        await life.chain.mine(CONFIRMATIONS);
        await anchorer.poll();
        expect(anchorer.settledSize).toBe(6);
        for (const size of [2, 3, 6]) expect(await provenIn(life, size)).toBe('proven');
        const book = await (await life.store()).readBook(script);
        expect(book.chain?.script).toEqual(script);
      } finally {
        await signer.close();
        first = signerOf(first.publicKey, '05');
        second = signerOf(second.publicKey, '06');
      }
    }));

  it.each([
    ['a key of another curve', { keyId: fromHex('07') }, 'KEYS_TOKEN_KEY_UNKNOWN', /secp256k1/],
    [
      'a key that is not there',
      { keyLabel: 'other' },
      'KEYS_TOKEN_KEY_UNKNOWN',
      /anchorPkcs11Key and anchorPkcs11KeyId/,
    ],
    ['a wrong PIN', { pin: new Secret('1111') }, 'KEYS_TOKEN_PIN_REFUSED', /CKR_PIN_INCORRECT/],
    ['no PIN', { pin: null }, 'KEYS_TOKEN_PIN_REFUSED', /CHIROGRAPH_ANCHOR_PKCS11_PIN/],
    ['no such token', { token: 'none' }, 'KEYS_TOKEN_UNAVAILABLE', /anchorPkcs11Token/],
    ['no module', { module: '/dev/null' }, 'KEYS_TOKEN_MODULE', /anchorPkcs11Module/],
  ])('is refused for %s, with what to do', async (_what, options, code, said) => {
    const refused = openKey({ keyId: 'keyLabel' in options ? null : fromHex('05'), ...options });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(said);
  });
});

describe('a node with its anchor key in SoftHSM', () => {
  const start = (argv: readonly string[], id = '05'): RunningNode => {
    const node = new RunningNode(
      [
        ...['serve', '--port', '0', '--data', token.path('data'), '--anchor-key', 'pkcs11'],
        ...['--anchor-pkcs11-module', MODULE, '--anchor-pkcs11-token', 'anchors'],
        ...['--anchor-pkcs11-key-id', id, '--anchor-chain', 'bitcoin'],
        ...['--bitcoin-network', 'regtest', '--epoch-interval-millis', '1000', ...argv],
      ],
      {
        SOFTHSM2_CONF: token.path('softhsm2.conf'),
        CHIROGRAPH_ANCHOR_PKCS11_PIN: PIN,
        CHIROGRAPH_ADMIN_KEY: ADMIN_KEY,
      },
    );
    nodes.push(node);
    return node;
  };

  it('names the key at the first start, anchors with it, and starts without its token', () =>
    withDevChain(async (chain) => {
      await using server = await EsploraDouble.start(chain);
      const source = ['--esplora-url', server.url];
      const unnamed = start(source);
      expect(await unnamed.ended()).toBe(2);
      expect(unnamed.stderr).toContain(toHex(first.publicKey));
      expect(unnamed.stderr).toContain('CHIROGRAPH_ANCHOR_PUBLIC_KEY');

      const coin = await chain.fund(chainScript(first.publicKey));
      const flags = [
        ...[...source, '--bitcoin-funding', formatOutpoint(coin.outpoint)],
        ...['--anchor-public-key', toHex(first.publicKey)],
      ];
      const node = start(flags);
      const url = await node.url();
      await anchors(url, 'POST');
      await settled(url, chain);
      process.kill(childProcess(node.pid), 'SIGKILL');
      await post(`${url}/v1/ledgers`, { name: 'kyc' });
      await anchors(url, 'POST');
      await settled(url, chain);
      node.signal('SIGTERM');
      expect(await node.ended()).toBe(0);
      expect(JSON.stringify(node.log) + node.stderr).not.toContain(PIN);

      // The token is away at a start: records are written, and the anchors say what they wait for.
      await rename(token.path('tokens'), token.path('elsewhere'));
      await mkdir(token.path('tokens'));
      const without = start(flags);
      const again = await without.url();
      await post(`${again}/v1/ledgers`, { name: 'more' });
      const waiting = await until(again, ({ signing }) => signing.failure !== null);
      expect(waiting).toMatchObject({
        signing: { key: 'pkcs11', failure: 'KEYS_TOKEN_UNAVAILABLE' },
        alarms: ['key-unusable'],
      });
      await rm(token.path('tokens'), { recursive: true });
      await rename(token.path('elsewhere'), token.path('tokens'));
      await until(
        again,
        ({ signing, pending }) => signing.failure === null && pending.state === 'pending',
      );
      await settled(again, chain);
    }));
});

interface Anchors {
  readonly epochSize: number;
  readonly settledSize: number;
  readonly pending: { readonly state: string };
  readonly signing: { readonly failure: string | null };
}

async function anchors(url: string, method = 'GET'): Promise<Anchors> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const response = await fetch(`${url}/v1/anchors`, { method, headers });
  const answer: unknown = await response.json();
  expect({ answer, status: response.status }).toMatchObject({ status: 200 });
  return answer as Anchors;
}

async function until(url: string, holds: (now: Anchors) => boolean): Promise<Anchors> {
  for (;;) {
    const now = await anchors(url);
    if (holds(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function settled(
  url: string,
  chain: { readonly mine: (count: number) => Promise<unknown> },
): Promise<void> {
  const { epochSize } = await anchors(url);
  await until(url, ({ settledSize, pending }) => {
    if (pending.state === 'pending') void chain.mine(1);
    return settledSize >= epochSize;
  });
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(201);
}
