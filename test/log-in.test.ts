import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../src/base/logger.js';
import { openAuthenticators } from '../src/log-in.js';
import { readOidcIssuers } from '../src/settings/oidc-setting.js';
import { TestIssuer } from './access/support/oidc-issuer.js';
import { answer, append, createLedger, problem } from './api/support/ledger-client.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

const AUDIENCE = 'https://ledger.example';

let root: string;
let issuer: TestIssuer;
let node: TestService;

beforeEach(async () => {
  root = await temporaryDirectory();
  issuer = await TestIssuer.start();
  const oidcIssuers = readOidcIssuers([
    {
      issuer: issuer.issuer,
      audience: AUDIENCE,
      jwksUrl: issuer.jwksUrl,
      authorPrefix: 'staff:',
      map: [
        { when: { roles: 'writer' }, tenant: 'default', role: 'writer' },
        { when: { roles: 'reader' }, tenant: 'default', role: 'reader' },
      ],
    },
  ]);
  node = await openTestService(root, { oidcIssuers, failedLoginsPerMinute: 5 });
});

afterEach(async () => {
  await node.service.close();
  await issuer.stop();
  await removeDirectory(root);
});

function token(roles: string, changes: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, exp: now + 600 };
  return issuer.sign({
    iss: issuer.issuer,
    aud: AUDIENCE,
    sub: 'zoe',
    roles,
    ...times,
    ...changes,
  });
}

describe('a node that takes access tokens', () => {
  it('does for their holders what their role may do, and names them as authors', async () => {
    await createLedger(node, 'kyc');
    const writer = await token('writer');
    const { index } = await append(node, 'kyc', undefined, { key: writer });
    const reader = await token('reader');
    const path = `/v1/ledgers/kyc/records/${index}`;
    const record = await answer<object>(node.request(path, { key: reader }));
    expect(JSON.stringify(record)).toContain('"staff:zoe"');
    const refused = node.request('/v1/ledgers', { key: writer, json: { name: 'more' } });
    expect(await problem(refused, 403)).toBe('ACCESS_DENIED');
    const nothing = await token('nobody');
    expect(await problem(node.request(path, { key: nothing }), 403)).toBe('ACCESS_DENIED');
  });

  it('says of a bad one that it is bad, after some that it looks at no more, and takes good ones', async () => {
    const bad = await token('reader', { aud: 'other' });
    const first = await node.request('/v1/ledgers', { key: bad });
    expect(first.headers.get('www-authenticate')).toBe(
      'Bearer realm="chirograph", error="invalid_token"',
    );
    expect(await problem(first, 401)).toBe('ACCESS_TOKEN_INVALID');
    for (let tried = 1; tried < 5; tried++) await node.request('/v1/ledgers', { key: bad });
    expect(await problem(node.request('/v1/ledgers', { key: bad }), 429)).toBe(
      'LOGIN_RATE_LIMITED',
    );
    await answer(node.request('/v1/ledgers', { key: await token('reader') }));
    await answer(node.request('/v1/ledgers'));
  });

  it('says when to come again where the issuer is down, and counts nobody’s failure', async () => {
    issuer.faults.cuts = true;
    const good = await token('reader');
    for (let tried = 0; tried < 10; tried++) {
      const refused = await node.request('/v1/ledgers', { key: good });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('www-authenticate')).toBeNull();
      expect(await problem(refused, 503)).toBe('ACCESS_ISSUER_UNAVAILABLE');
    }
    // Keys do not need it.
    await answer(node.request('/v1/ledgers'));
  });
});

describe('keys of an issuer in a file', () => {
  const openWith = (jwksFile: string): ReturnType<typeof openAuthenticators> => {
    const map = [{ when: { roles: 'reader' }, tenant: 'default', role: 'reader' }];
    const issuers = [{ issuer: issuer.issuer, audience: AUDIENCE, jwksFile, map }];
    const registry = {
      attempt: () => {
        throw new Error('not asked');
      },
    };
    const oidcIssuers = readOidcIssuers(issuers);
    const clock = new FakeClock(Date.now());
    const logger = silentLogger;
    return openAuthenticators({ oidcIssuers }, { registry, clock, logger });
  };

  it('are as good, and nobody is asked', async () => {
    const path = join(root, 'keys.json');
    writeFileSync(path, JSON.stringify(issuer.jwks));
    const [tokens] = await openWith(path);
    const authorization = `Bearer ${await token('reader')}`;
    const attempted = await tokens?.attempt({ authorization, certificate: null });
    expect(attempted?.outcome).toMatchObject({ role: 'reader' });
    const header = { kid: 'another' };
    const other = await issuer.sign({ iss: issuer.issuer }, { header });
    const refused = await tokens?.attempt({ authorization: `Bearer ${other}`, certificate: null });
    expect(refused?.outcome).toMatchObject({ code: 'ACCESS_TOKEN_INVALID' });
    expect(issuer.fetches).toBe(0);
  });

  it('that cannot be used keep the node from starting', async () => {
    const path = join(root, 'keys.json');
    for (const [text, reason] of [
      [null, /ENOENT/],
      ['', /not valid JSON/],
      ['{"keys":[]}', /without a usable key/],
      ['{"keys":{}}', /not a JWK set/],
      [`[${' '.repeat(300_000)}]`, /too large/],
    ] as const) {
      if (text !== null) writeFileSync(path, text);
      await expect(openWith(path)).rejects.toMatchObject({
        code: 'CONFIG_MALFORMED',
        message: expect.stringMatching(reason),
      });
    }
  });
});
