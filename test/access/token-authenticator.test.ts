import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportJWK, generateKeyPair } from 'jose';
import { AccessError } from '../../src/access/access-error.js';
import type { LogInAttempt } from '../../src/access/authenticator.js';
import type { Principal } from '../../src/access/authorize.js';
import type { TokenAlgorithm } from '../../src/access/oidc-issuer.js';
import {
  COOL_DOWN_MILLIS,
  MAX_STALE_MILLIS,
  REFRESH_MILLIS,
  RemoteKeySet,
} from '../../src/access/remote-key-set.js';
import {
  MAX_TOKEN_LENGTH,
  TokenAuthenticator,
  type TrustedIssuer,
} from '../../src/access/token-authenticator.js';
import { readOidcIssuers } from '../../src/settings/oidc-setting.js';
import { FakeClock } from '../support/fake-clock.js';
import { TestIssuer, unsigned } from './support/oidc-issuer.js';

const AUDIENCE = 'https://ledger.example';

let clock: FakeClock;
let issuer: TestIssuer;
let failures: unknown[];

beforeEach(async () => {
  clock = new FakeClock();
  issuer = await TestIssuer.start();
  failures = [];
});

afterEach(async () => {
  await issuer.stop();
});

function trusted(settings: Record<string, unknown> = {}, timeoutMillis = 2000): TrustedIssuer {
  const [read] = readOidcIssuers([
    {
      issuer: issuer.issuer,
      audience: AUDIENCE,
      jwksUrl: issuer.jwksUrl,
      map: [
        { when: { roles: 'ledger-admin', tenant: 'bank' }, tenant: 'bank', role: 'admin' },
        { when: { roles: 'ledger-writer' }, tenant: 'default', role: 'writer' },
        { when: { scope: 'ledger:read' }, tenant: 'default', role: 'reader' },
        { when: { '/realm_access/roles': 'auditor' }, tenant: 'bank', role: 'reader' },
      ],
      ...settings,
    },
  ]);
  if (read?.keys.kind !== 'url') throw new Error('no issuer was read');
  const onFailure = (error: unknown): void => void failures.push(error);
  const keys = new RemoteKeySet({ url: read.keys.url, clock, timeoutMillis, onFailure });
  return { ...read, keys };
}

function authenticator(settings?: Record<string, unknown>): TokenAuthenticator {
  return new TokenAuthenticator([trusted(settings)], clock);
}

function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(clock.now() / 1000);
  return {
    iss: issuer.issuer,
    aud: AUDIENCE,
    sub: 'alice',
    iat: now,
    exp: now + 600,
    roles: ['ledger-writer'],
    ...changes,
  };
}

async function attempt(on: TokenAuthenticator, token: string): Promise<LogInAttempt> {
  const made = await on.attempt({ authorization: `Bearer ${token}`, certificate: null });
  if (made === null) throw new Error('the token was left to others');
  return made;
}

async function principal(on: TokenAuthenticator, token: string): Promise<Principal> {
  const { claimed, outcome } = await attempt(on, token);
  if (outcome instanceof AccessError) throw outcome;
  expect(claimed).toBe(outcome.keyId);
  return outcome;
}

async function code(on: TokenAuthenticator, token: string): Promise<string> {
  const { outcome } = await attempt(on, token);
  return outcome instanceof AccessError ? outcome.code : 'good';
}

describe('an access token', () => {
  it('is worth what its claims are worth in the map, and names its holder', async () => {
    const on = authenticator();
    const alice = await principal(on, await issuer.sign(claims()));
    expect(alice).toEqual({
      keyId: expect.stringMatching(/^oidc:[0-9a-f]{32}$/),
      tenant: 'default',
      role: 'writer',
      author: `${issuer.issuer}#alice`,
    });
    const again = await principal(on, await issuer.sign(claims({ scope: 'ledger:read' })));
    expect(again).toEqual(alice);
    const bob = await principal(on, await issuer.sign(claims({ sub: 'bob' })));
    expect(bob.keyId).not.toBe(alice.keyId);
    expect(issuer.fetches).toBe(1);
  });

  it('is judged by the first row that matches, in all of its claims', async () => {
    const on = authenticator();
    const roles = ['ledger-writer', 'ledger-admin'];
    const admin = await principal(on, await issuer.sign(claims({ roles, tenant: 'bank' })));
    expect(admin).toMatchObject({ tenant: 'bank', role: 'admin' });
    const other = await principal(on, await issuer.sign(claims({ roles, tenant: 'other' })));
    expect(other).toMatchObject({ tenant: 'default', role: 'writer' });
    const scope = claims({ roles: undefined, scope: 'openid ledger:read' });
    expect(await principal(on, await issuer.sign(scope))).toMatchObject({ role: 'reader' });
    const nested = claims({ roles: undefined, realm_access: { roles: ['auditor'] } });
    expect(await principal(on, await issuer.sign(nested))).toMatchObject({ tenant: 'bank' });
  });

  it('that nobody grants anything is denied, whatever it says of itself', async () => {
    const on = authenticator();
    for (const change of [
      { roles: undefined },
      { roles: [] },
      { roles: 'ledger-writers' },
      { roles: 'ledger-writer ledger-admin' },
      { roles: { 'ledger-writer': true } },
      { roles: [['ledger-writer']] },
      { roles: undefined, role: 'admin', tenant: 'default' },
      { roles: undefined, scope: 'ledger:readx' },
      { roles: undefined, scope: ['x'], realm_access: ['roles'] },
      { roles: undefined, __proto__: { roles: 'ledger-writer' } },
    ])
      expect(await code(on, await issuer.sign(claims(change)))).toBe('ACCESS_DENIED');
  });

  it.each<TokenAlgorithm>(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])(
    'is taken if it is signed with %s, and only as long as that is allowed',
    async (algorithm) => {
      await issuer.rotate(algorithm);
      const token = await issuer.sign(claims(), { algorithm });
      expect(await code(authenticator(), token)).toBe('good');
      const others = (['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const).filter(
        (one) => one !== algorithm,
      );
      expect(await code(authenticator({ algorithms: others }), token)).toBe('ACCESS_TOKEN_INVALID');
      expect(issuer.fetches).toBe(1);
    },
  );

  it('gives its author an identity that the operator chooses, if it fits', async () => {
    const on = authenticator({ authorPrefix: 'staff:' });
    const token = await issuer.sign(claims());
    expect((await principal(on, token)).author).toBe('staff:alice');
    for (const sub of ['x'.repeat(195), 'a\u0000b', '', undefined])
      expect(await code(on, await issuer.sign(claims({ sub })))).toBe('ACCESS_TOKEN_INVALID');
  });

  it('may come without a key id where only one key fits', async () => {
    const header = { kid: undefined };
    expect(await code(authenticator(), await issuer.sign(claims(), { header }))).toBe('good');
    await issuer.rotate('ES256', 'ES256');
    const ambiguous = await issuer.sign(claims(), { header });
    expect(await code(authenticator(), ambiguous)).toBe('ACCESS_TOKEN_INVALID');
  });
});

describe('a token is refused, and it is not said why,', () => {
  const seconds = (): number => Math.floor(clock.now() / 1000);

  it.each<[string, () => Record<string, unknown>]>([
    ['of another issuer', () => ({ iss: 'https://elsewhere.example' })],
    ['of the same issuer with a slash', () => ({ iss: `${issuer.issuer}/` })],
    ['without an issuer', () => ({ iss: undefined })],
    ['whose issuer is an object', () => ({ iss: { a: 1 } })],
    ['for another audience', () => ({ aud: 'https://other.example' })],
    ['for no audience', () => ({ aud: undefined })],
    ['for several audiences that are not us', () => ({ aud: ['a', 'b'] })],
    ['that is expired', () => ({ iat: seconds() - 700, exp: seconds() - 61 })],
    ['that never expires', () => ({ exp: undefined })],
    ['whose expiry is a text', () => ({ exp: '9999999999' })],
    ['that is not valid yet', () => ({ nbf: seconds() + 61 })],
    ['that is of the future', () => ({ iat: seconds() + 61 })],
    ['that is of no time', () => ({ iat: undefined })],
    ['that is too old, though not expired', () => ({ iat: seconds() - 86_400 - 61 })],
  ])('%s', async (_name, changes) => {
    const on = authenticator();
    const { claimed, outcome } = await attempt(on, await issuer.sign(claims(changes())));
    expect(outcome).toMatchObject({
      code: 'ACCESS_TOKEN_INVALID',
      message: 'the access token is not good here: get a new one from its issuer',
    });
    expect(claimed).toBeNull();
    // It was this that was wrong, and nothing else.
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
  });

  it('but a clock may be a minute off, or as much as is set', async () => {
    const late = await issuer.sign(claims({ iat: seconds() - 600, exp: seconds() - 59 }));
    const early = await issuer.sign(claims({ iat: seconds() + 59, nbf: seconds() + 59 }));
    for (const token of [late, early]) {
      expect(await code(authenticator(), token)).toBe('good');
      const strict = authenticator({ clockToleranceSeconds: 0 });
      expect(await code(strict, token)).toBe('ACCESS_TOKEN_INVALID');
    }
    const old = await issuer.sign(claims({ iat: seconds() - 400 }));
    expect(await code(authenticator({ maxAgeSeconds: 300 }), old)).toBe('ACCESS_TOKEN_INVALID');
  });

  it('that is an ID token or says nothing of what it is, unless that is allowed', async () => {
    for (const typ of ['JWT', 'id+jwt', undefined]) {
      const token = await issuer.sign(claims(), { header: { typ } });
      expect(await code(authenticator(), token)).toBe('ACCESS_TOKEN_INVALID');
      expect(await code(authenticator({ requireTokenType: false }), token)).toBe('good');
    }
    const long = await issuer.sign(claims(), { header: { typ: 'application/at+jwt' } });
    expect(await code(authenticator(), long)).toBe('good');
  });

  it('that nobody signed, or that is signed with what everybody knows', async () => {
    const on = authenticator();
    for (const alg of ['none', 'None', 'NONE', '', 'HS256', 'ES256K'])
      expect(await code(on, unsigned({ alg, typ: 'at+jwt' }, claims()))).toBe(
        'ACCESS_TOKEN_INVALID',
      );
    const jwk = issuer.jwks.keys[0] ?? {};
    const publicKey = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' });
    for (const secret of [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      Buffer.from(JSON.stringify(jwk)),
      Buffer.from(jwk.x ?? '', 'base64url'),
    ])
      expect(await code(on, await issuer.signWithSecret(claims(), Buffer.from(secret)))).toBe(
        'ACCESS_TOKEN_INVALID',
      );
    // None of these is a reason to ask the issuer for anything.
    expect(issuer.fetches).toBe(0);
    const kid = issuer.jwks.keys[0]?.kid;
    const empty = unsigned({ alg: 'ES256', typ: 'at+jwt', kid }, claims());
    expect(await code(on, empty)).toBe('ACCESS_TOKEN_INVALID');
  });

  it('that is signed with a key of its own, wherever it brings it', async () => {
    const on = authenticator();
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    for (const header of [
      {},
      { jwk },
      { jwk, kid: undefined },
      { jku: `${issuer.issuer}/mine` },
      { x5u: `${issuer.issuer}/mine` },
      { x5c: ['MIIB'] },
    ]) {
      const token = await issuer.sign(claims(), { privateKey, header });
      expect(await code(on, token)).toBe('ACCESS_TOKEN_INVALID');
    }
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
  });

  it('that asks for extensions which we do not understand', async () => {
    const on = authenticator();
    const token = await issuer.sign(claims());
    const [, payload, signature] = token.split('.');
    const kid = issuer.jwks.keys[0]?.kid;
    for (const more of [
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { crit: 'exp' },
    ]) {
      const header = { alg: 'ES256', typ: 'at+jwt', kid, ...more };
      const first = Buffer.from(JSON.stringify(header)).toString('base64url');
      expect(await code(on, `${first}.${payload}.${signature}`)).toBe('ACCESS_TOKEN_INVALID');
    }
  });

  it('that is longer than a token may be, before it is read', async () => {
    const on = authenticator();
    const filled = async (length: number): Promise<string> => {
      const empty = await issuer.sign(claims({ filler: '' }));
      return issuer.sign(
        claims({ filler: 'x'.repeat(Math.floor((length - empty.length) * 0.75)) }),
      );
    };
    const [fits, tooLong] = [
      await filled(MAX_TOKEN_LENGTH - 8),
      await filled(MAX_TOKEN_LENGTH + 8),
    ];
    expect(fits.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
    expect(await code(on, fits)).toBe('good');
    expect(await code(on, tooLong)).toBe('ACCESS_TOKEN_INVALID');
  });

  it('with any character changed', async () => {
    const on = authenticator();
    const token = await issuer.sign(claims());
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.nat(63), async (at, by) => {
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const other = alphabet[by] ?? '';
        fc.pre(token[at] !== other && token[at] !== '.' && at > 2);
        const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
        expect(await code(on, changed)).toBe('ACCESS_TOKEN_INVALID');
      }),
      { numRuns: 200 },
    );
    expect(await code(on, token)).toBe('good');
  });
});

describe('what is no token', () => {
  it('is left to others', () => {
    const on = authenticator();
    for (const authorization of [
      undefined,
      '',
      'Bearer ',
      'Basic eyJ.e30.x',
      'Bearer cg_000000000000_x',
      'Bearer an.operators.key',
      'Bearer eyJhbGciOiJkaXIifQ..a.b.c',
      'Bearer eyJ.e30.x y',
    ])
      expect(on.attempt({ authorization, certificate: null })).toBeNull();
  });

  it('and what only looks like one is refused, and nothing breaks', async () => {
    const on = authenticator();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.json(), fc.string()), { minLength: 3, maxLength: 3 }),
        async ([first = '', second = '', third = '']) => {
          const part = (text: string): string => Buffer.from(text).toString('base64url');
          const token = `eyJ${part(first)}.${part(second)}.${part(third)}`;
          expect(await code(on, token)).toBe('ACCESS_TOKEN_INVALID');
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the keys of an issuer', () => {
  it('are asked for once, however many wait for them', async () => {
    const on = authenticator();
    issuer.faults.hangs = true;
    const token = await issuer.sign(claims());
    const waiting = Array.from({ length: 20 }, () => code(on, token));
    while (issuer.fetches === 0) await new Promise((resolve) => setImmediate(resolve));
    issuer.release();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['good']));
    expect(issuer.fetches).toBe(1);
  });

  it('may change: a new one is found, one that was withdrawn is not taken for long', async () => {
    const on = authenticator();
    const old = await issuer.sign(claims());
    expect(await code(on, old)).toBe('good');
    await issuer.rotate();
    clock.advance(COOL_DOWN_MILLIS);
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    expect(await code(on, old)).toBe('ACCESS_TOKEN_INVALID');
    expect(issuer.fetches).toBe(2);
    await issuer.rotate();
    clock.advance(REFRESH_MILLIS);
    expect(await code(on, old)).toBe('ACCESS_TOKEN_INVALID');
    expect(issuer.fetches).toBe(3);
  });

  it('are not asked for again and again because a stranger names others', async () => {
    const on = authenticator();
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    clock.advance(COOL_DOWN_MILLIS);
    const flood = await Promise.all(
      Array.from({ length: 100 }, async (_, n) =>
        code(on, await issuer.sign(claims(), { header: { kid: `stranger-${n}` } })),
      ),
    );
    expect(new Set(flood)).toEqual(new Set(['ACCESS_TOKEN_INVALID']));
    expect(issuer.fetches).toBe(2);
    // Those who have a good one notice nothing.
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    clock.advance(COOL_DOWN_MILLIS);
    await code(on, await issuer.sign(claims(), { header: { kid: 'once more' } }));
    expect(issuer.fetches).toBe(3);
  });

  it.each<[string, (faults: TestIssuer['faults']) => void]>([
    ['is down', (faults) => (faults.cuts = true)],
    ['fails', (faults) => (faults.status = 500)],
    ['sends elsewhere', (faults) => (faults.status = 302)],
    ['answers with a page', (faults) => (faults.body = '<html>')],
    ['answers with no key of use', (faults) => (faults.body = '{"keys":[{"kty":"oct","k":"AA"}]}')],
    ['answers with too much', (faults) => (faults.body = `{"keys":[],"x":"${'x'.repeat(3e5)}"}`)],
  ])('cannot be had while it %s: the token is not called bad, and it recovers', async (_, fail) => {
    const on = authenticator();
    const token = await issuer.sign(claims());
    fail(issuer.faults);
    for (let tried = 0; tried < 5; tried++)
      expect(await code(on, token)).toBe('ACCESS_ISSUER_UNAVAILABLE');
    // Down or not, it is not asked more often; and the log has the reason, once.
    expect([issuer.fetches, failures.length]).toEqual([1, 1]);
    issuer.recover();
    clock.advance(COOL_DOWN_MILLIS);
    expect(await code(on, token)).toBe('good');
  });

  it('are given up where it is too slow', async () => {
    const on = new TokenAuthenticator([trusted({}, 50)], clock);
    issuer.faults.hangs = true;
    const token = await issuer.sign(claims());
    expect(await code(on, token)).toBe('ACCESS_ISSUER_UNAVAILABLE');
    issuer.release();
    clock.advance(COOL_DOWN_MILLIS);
    expect(await code(on, token)).toBe('good');
  });

  it('that were had last are good for an hour while it is down, and no longer', async () => {
    const on = authenticator();
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    issuer.faults.cuts = true;
    clock.advance(MAX_STALE_MILLIS - 1);
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    const unknown = await issuer.sign(claims(), { header: { kid: 'perhaps new' } });
    expect(await code(on, unknown)).toBe('ACCESS_ISSUER_UNAVAILABLE');
    clock.advance(1);
    expect(await code(on, await issuer.sign(claims()))).toBe('ACCESS_ISSUER_UNAVAILABLE');
  });

  it('are read one by one: those of no use spoil no others', async () => {
    const [good = {}] = issuer.jwks.keys;
    const { publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
    const rsa = await exportJWK(publicKey);
    issuer.faults.body = JSON.stringify({
      keys: [
        { kty: 'oct', k: 'AAAA', kid: good.kid, alg: 'HS256' },
        { ...good, kid: 'beside the curve', y: good.x },
        { ...good, kid: 'for other things', use: 'enc' },
        { ...good, kid: 'with its private part', d: good.x },
        { ...rsa, kid: 'weak', n: 'AQAB'.repeat(30) },
        { ...good, kid: 7 },
        null,
        good,
      ],
    });
    const on = authenticator();
    expect(await code(on, await issuer.sign(claims()))).toBe('good');
    for (const kid of ['beside the curve', 'for other things', 'with its private part', 'weak'])
      expect(await code(on, await issuer.sign(claims(), { header: { kid } }))).toBe(
        'ACCESS_TOKEN_INVALID',
      );
  });
});

describe('several issuers', () => {
  it('vouch for their own tokens only, whatever these say', async () => {
    const other = await TestIssuer.start();
    try {
      const map = [{ when: { roles: 'ledger-writer' }, tenant: 'other', role: 'admin' }];
      const second = trusted({ issuer: other.issuer, jwksUrl: other.jwksUrl, map });
      const on = new TokenAuthenticator([trusted(), second], clock);
      const own = await principal(on, await issuer.sign(claims()));
      const theirs = await principal(on, await other.sign(claims({ iss: other.issuer })));
      expect([own.tenant, theirs.tenant]).toEqual(['default', 'other']);
      // The same subject, of another issuer, is somebody else.
      expect(own.keyId).not.toBe(theirs.keyId);
      expect(own.author).not.toBe(theirs.author);
      const posing = await other.sign(claims());
      expect(await code(on, posing)).toBe('ACCESS_TOKEN_INVALID');
    } finally {
      await other.stop();
    }
  });
});
