import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import type { Config } from '../../src/config.js';
import { parseConfig } from '../../src/settings/parse-config.js';

function parse(file: JsonObject, env: Record<string, string> = {}): Config {
  return parseConfig({ flags: {}, env, readFile: () => file, workingDirectory: '/w' }).config;
}

function refusal(file: JsonObject): string {
  try {
    parse(file);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'taken';
}

const TRUST = { signatureTrust: 'trust.json' };
const AUTHORITY = { url: 'http://tsa.example.com/rfc3161' };
const RFC3161 = { ...TRUST, timeStamps: 'rfc3161' } as const;

describe('the settings of time-stamps', () => {
  it('are the development ones with the development seal, and none with another', () => {
    expect(parse({}).timeStamps).toBe('development');
    expect(parse({ seal: 'off' }).timeStamps).toBe('off');
    expect(parse({ seal: 'off', timeStamps: 'development' }).timeStamps).toBe('development');
    expect(parse({ timeStamps: 'off' }).timeStamps).toBe('off');
  });

  it('name authorities in their order, each with the policy and the host it is asked by', () => {
    const other = {
      ...{ url: 'https://10.1.2.3:8443/tsa', policy: '1.2.3', internal: true },
      perDay: 200,
      perMonth: 1e9,
    };
    const config = parse({ ...RFC3161, timeStampAuthorities: [AUTHORITY, other] });
    expect(config.timeStampAuthorities).toEqual([
      {
        url: AUTHORITY.url,
        policy: null,
        perDay: null,
        perMonth: null,
        host: { kind: 'exact', host: 'tsa.example.com', port: null, isInternal: false },
      },
      {
        url: other.url,
        policy: '1.2.3',
        perDay: 200,
        perMonth: 1e9,
        host: { kind: 'exact', host: '10.1.2.3', port: 8443, isInternal: true },
      },
    ]);
    expect(config.signatureTrust).toBe('/w/trust.json');
    const text = JSON.stringify([AUTHORITY]);
    const byVariable = parse(RFC3161, { CHIROGRAPH_TIME_STAMP_AUTHORITIES: text });
    expect(byVariable.timeStampAuthorities).toHaveLength(1);
  });

  it.each([
    [{ timeStamps: 'rfc3161', ...TRUST }, '--time-stamp-authorities'],
    [{ timeStampAuthorities: [AUTHORITY], ...TRUST }, '--time-stamp-authorities'],
    [{ timeStamps: 'rfc3161', timeStampAuthorities: [AUTHORITY] }, '--signature-trust'],
    [{ ...RFC3161, timeStampAuthorities: [] }, 'timeStampAuthorities'],
    [{ ...RFC3161, timeStampAuthorities: [AUTHORITY, AUTHORITY] }, 'two authorities'],
    [{ ...RFC3161, timeStampAuthorities: [{ url: 'ldap://a.test/' }] }, 'http or https URL'],
    [{ ...RFC3161, timeStampAuthorities: [{ url: 'http://u:p@a.test/' }] }, 'http or https URL'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, policy: '1.a' }] }, '0/policy'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, port: 1 }] }, '0 has an unknown member'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, perDay: 0 }] }, '0/perDay'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, perDay: 1.5 }] }, '0/perDay'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, perMonth: 2e9 }] }, '0/perMonth'],
    [{ ...RFC3161, timeStampAuthorities: [{ ...AUTHORITY, perMonth: '5' }] }, '0/perMonth'],
    [{ timeStamps: 'maybe' }, 'timeStamps'],
  ])('refuse %j and name what is wrong', (file, named) => {
    expect(refusal(file)).toContain(named);
  });
});

describe('the hosts of revocation', () => {
  it('are names, everything below a name, addresses, and all public ones', () => {
    const hosts = ['crl.example.com', '*.example.org', '*', { host: '[::1]:8080', internal: true }];
    expect(parse({ revocationHosts: hosts }).revocationHosts).toEqual([
      { kind: 'exact', host: 'crl.example.com', port: null, isInternal: false },
      { kind: 'below', host: '.example.org', port: null, isInternal: false },
      { kind: 'any', host: '', port: null, isInternal: false },
      { kind: 'exact', host: '[::1]', port: 8080, isInternal: true },
    ]);
    expect(parse({}).revocationHosts).toBeUndefined();
  });

  it.each([
    [[], 'array of 1 to'],
    ['*', 'array of 1 to'],
    [['http://a.test/'], '0 is no host'],
    [[{ host: '*', internal: true }], '0 is no host'],
    [[{ host: 'a.test', internal: 'yes' }], '0/internal'],
    [[7], '0'],
  ])('are not %j', (revocationHosts, named) => {
    expect(refusal({ revocationHosts })).toContain(named);
  });
});
