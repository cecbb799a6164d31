import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { refuseDevelopmentParts } from '../../src/settings/development-parts.js';
import { type ParsedConfig, parseConfig } from '../../src/settings/parse-config.js';

const ISSUER = {
  issuer: 'https://login.bank.example',
  audience: 'https://ledger.bank.example',
  jwksUrl: 'https://login.bank.example/jwks',
  map: [{ when: { roles: 'ledger-writer' }, tenant: 'default', role: 'writer' }],
};
const GRANT = { tenant: 'default', role: 'writer', author: 'alice' };
const ROW = { issuer: 'CN=Staff CA', email: 'alice@bank.example', ...GRANT };
const TLS = { tlsCertificate: 'node.crt', tlsKey: 'node.key', tlsClientCa: 'staff.crt' };

function parse(file: JsonObject, env: Record<string, string> = {}): ParsedConfig {
  return parseConfig({ flags: {}, env, readFile: () => file, workingDirectory: '/srv' });
}

/** The reason, without the name of the setting that stands before it. */
function refusal(file: object): string {
  try {
    parse(JSON.parse(JSON.stringify(file)) as JsonObject);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_MALFORMED' });
    return error instanceof Error ? error.message : '';
  }
  return 'none';
}

describe('the settings of log-in', () => {
  it('are read from the file or, as JSON, from the environment', () => {
    const { config } = parse({ oidcIssuers: [ISSUER], clientCertificates: [ROW], ...TLS });
    expect(config).toMatchObject({
      tlsCertificate: '/srv/node.crt',
      tlsKey: '/srv/node.key',
      tlsClientCa: '/srv/staff.crt',
      clientCertificates: [
        {
          holder: {
            kind: 'name',
            issuer: 'CN=Staff CA',
            nameKind: 'email',
            name: 'alice@bank.example',
          },
          ...GRANT,
        },
      ],
      oidcIssuers: [
        {
          issuer: ISSUER.issuer,
          audience: ISSUER.audience,
          keys: { kind: 'url', url: ISSUER.jwksUrl },
          algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
          requiresTokenType: true,
          clockToleranceSeconds: 60,
          maxAgeSeconds: 86_400,
          authorPrefix: 'https://login.bank.example#',
          map: [{ when: [{ claim: 'roles', value: 'ledger-writer' }], tenant: 'default' }],
        },
      ],
    });
    const env = { CHIROGRAPH_OIDC_ISSUERS: JSON.stringify([ISSUER]) };
    expect(parse({}, env).config.oidcIssuers).toEqual(config.oidcIssuers);
  });

  it.each<[string, object, RegExp]>([
    ['a certificate without its key', { tlsCertificate: 'a' }, /--tls-certificate .* --tls-key/],
    ['a key without its certificate', { tlsKey: 'a' }, /--tls-certificate .* --tls-key/],
    ['authorities of clients in clear', { tlsClientCa: 'a' }, /--tls-client-ca/],
    ['a table without authorities', { clientCertificates: [ROW] }, /--client-certificates/],
  ])('do not go with %s', (_name, file, reason) => {
    expect(refusal(file)).toMatch(reason);
  });

  it.each<[string, object, RegExp]>([
    ['no algorithm but an asymmetric one', { algorithms: ['HS256'] }, /0\/algorithms/],
    ['certainly not "none"', { algorithms: ['none'] }, /0\/algorithms/],
    ['at least one algorithm', { algorithms: [] }, /0\/algorithms/],
    ['keys over https', { jwksUrl: 'http://login.bank.example/jwks' }, /0\/jwksUrl .* https/],
    ['an issuer over https', { issuer: 'http://login.bank.example' }, /0\/issuer .* https/],
    ['no password in a URL', { jwksUrl: 'https://a:secret@x.example' }, /0\/jwksUrl (?!.*secret)/],
    ['one place of keys', { jwksFile: '/etc/keys.json' }, /either jwksUrl or jwksFile/],
    ['some place of keys', { jwksUrl: undefined }, /either jwksUrl or jwksFile/],
    ['an audience', { audience: undefined }, /0\/audience is missing/],
    ['a map', { map: undefined }, /without a map/],
    ['a map with rows', { map: [] }, /0\/map/],
    ['a row that asks for something', { map: [{ ...ISSUER.map[0], when: {} }] }, /"when"/],
    ['a row that asks for a text', { map: [{ ...ISSUER.map[0], when: { a: 1 } }] }, /"when"/],
    ['a role there is', { map: [{ ...ISSUER.map[0], role: 'god' }] }, /0\/map\/0\/role/],
    ['a tenant there can be', { map: [{ ...ISSUER.map[0], tenant: 'A B' }] }, /0\/map\/0\/tenant/],
    ['an author of its own', { authorPrefix: 'key:' }, /0\/authorPrefix/],
    ['a clock that is nearly right', { clockToleranceSeconds: 301 }, /0\/clockTolerance/],
    ['tokens of the day', { maxAgeSeconds: 86_401 }, /0\/maxAgeSeconds/],
    ['nothing that is unknown', { clientSecret: 'x' }, /unknown member/],
  ])('want of an issuer %s', (_name, change, reason) => {
    const message = refusal({ oidcIssuers: [{ ...ISSUER, ...change }] });
    expect(message).toMatch(/^"oidcIssuers" in chirograph.config.json must be an array of issuers/);
    expect(message).toMatch(reason);
  });

  it('want each issuer once', () => {
    expect(refusal({ oidcIssuers: [ISSUER, ISSUER] })).toMatch(/two issuers/);
  });

  it.each<[string, object]>([
    ['a holder', { ...GRANT }],
    ['one way to know the holder', { ...ROW, spkiSha256: 'a'.repeat(64) }],
    ['one name of the holder', { ...ROW, dns: 'b.example' }],
    ['an issuer beside a name', { email: 'a@b.example', ...GRANT }],
    ['a name beside an issuer', { issuer: 'CN=Staff CA', ...GRANT }],
    ['a fingerprint in lower-case hex', { spkiSha256: 'A'.repeat(64), ...GRANT }],
    ['names that are shown in full', { ...ROW, issuer: `CN=${'x'.repeat(600)}` }],
    ['an author', { ...ROW, author: undefined }],
    ['an author of its own', { ...ROW, author: 'key:0a1b2c3d4e5f' }],
    ['a role there is', { ...ROW, role: 'root' }],
    ['nothing that is unknown', { ...ROW, note: 'x' }],
  ])('want of a row of certificates %s', (_name, row) => {
    expect(refusal({ ...TLS, clientCertificates: [row] })).toMatch(
      /^"clientCertificates" in chirograph.config.json must be an array of the holders/,
    );
  });

  it('take an issuer on this machine in clear, but not in production', () => {
    const local = { ...ISSUER, issuer: 'http://127.0.0.1:9', jwksUrl: 'http://[::1]:9/jwks' };
    const { config } = parse({
      oidcIssuers: [local],
      anchorChain: 'devchain',
      seal: 'off',
      timeStamps: 'off',
    });
    const real = { ...config, anchorChain: 'bitcoin', seal: 'off', timeStamps: 'off' } as const;
    expect(() => {
      refuseDevelopmentParts(real);
    }).toThrow(
      expect.objectContaining({
        code: 'CONFIG_DEVELOPMENT_PARTS',
        message: expect.stringMatching(/^CHIROGRAPH_OIDC_ISSUERS is/),
      }),
    );
    expect(() => {
      refuseDevelopmentParts({ ...real, ...parse({ oidcIssuers: [ISSUER] }).config, ...REAL });
    }).not.toThrow();
  });
});

const REAL = { anchorChain: 'bitcoin', seal: 'off', timeStamps: 'off' } as const;
