import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { type ParsedConfig, parseConfig } from '../../src/settings/parse-config.js';
import { environmentName, flagName } from '../../src/settings/setting.js';
import { SETTING_NAMES } from '../../src/settings/settings-table.js';

interface Given {
  readonly flags?: Record<string, string | undefined>;
  readonly env?: Record<string, string | undefined>;
  readonly file?: JsonObject;
}

function parse({ flags = {}, env = {}, file = {} }: Given): ParsedConfig {
  return parseConfig({ flags, env, readFile: () => file, workingDirectory: '/srv' });
}

function refusal(given: Given): unknown {
  try {
    parse(given);
    return null;
  } catch (error) {
    return error;
  }
}

describe('settings', () => {
  it('have defaults that work on a fresh machine', () => {
    expect(parse({})).toEqual({
      config: {
        data: '/srv/chirograph-data',
        keys: '/srv/chirograph-data.keys',
        host: '127.0.0.1',
        port: 8787,
        logLevel: 'info',
        maxBodyBytes: 8 * 1024 * 1024,
        maxPayloadBytes: 4 * 1024 * 1024,
        maxNdjsonLineBytes: 8 * 1024 * 1024,
        requestTimeoutMillis: 30_000,
        shutdownTimeoutMillis: 10_000,
        failedLoginsPerMinute: 20,
        refusalsPerMinute: 60,
        searchesPerMinute: 60,
        containerSealsPerMinute: 60,
        anchorChain: 'devchain',
        anchorKey: 'software',
        anchorSignatureMillis: 86_400_000,
        bitcoinNetwork: 'mainnet',
        backupWaitMillis: 86_400_000,
        calendarDigestsPerMinute: 60,
        calendarIntervalMillis: 600_000,
        calendarsWanted: 2,
        bitcoinMaxFee: 50_000,
        bitcoinMaxRate: 100,
        bitcoinMonthlyBudget: 1_000_000,
        epochIntervalMillis: 60_000,
        quorumTimeoutMillis: 5_000,
        epochTimeStamps: 'on',
        epochTimeStampMillis: 3_600_000,
        seal: 'development',
        pkcs11Sessions: 4,
        timeStamps: 'development',
        signatureGraceMillis: 2_000,
        outboundTimeoutMillis: 10_000,
      },
      secrets: {},
    });
  });

  it('come from flags, then the environment, then the file', () => {
    const file = { port: 1, host: 'a', logLevel: 'warn' };
    const env = { CHIROGRAPH_PORT: '2', CHIROGRAPH_HOST: 'b' };
    const { config } = parse({ file, env, flags: { port: '3' } });
    expect(config).toMatchObject({ port: 3, host: 'b', logLevel: 'warn' });
  });

  it('are looked for in the data directory that flags or environment name', () => {
    const asked: string[] = [];
    const readFile = (directory: string): JsonObject => {
      asked.push(directory);
      return {};
    };
    const parseWith = (flags: Record<string, string>, env: Record<string, string>): string =>
      parseConfig({ flags, env, readFile, workingDirectory: '/srv' }).config.keys;
    expect(parseWith({ data: 'x' }, { CHIROGRAPH_DATA: '/y' })).toBe('/srv/x.keys');
    expect(parseWith({}, { CHIROGRAPH_DATA: '/y' })).toBe('/y.keys');
    expect(asked).toEqual(['/srv/x', '/y']);
  });

  it('can all be spelt in every source', () => {
    expect(environmentName('maxNdjsonLineBytes')).toBe('CHIROGRAPH_MAX_NDJSON_LINE_BYTES');
    expect(flagName('maxNdjsonLineBytes')).toBe('--max-ndjson-line-bytes');
    for (const name of SETTING_NAMES) {
      expect(refusal({ flags: { [name]: '\0' } })).toMatchObject({
        code: 'CONFIG_MALFORMED',
        message: expect.stringContaining(flagName(name)),
      });
      expect(refusal({ env: { [environmentName(name)]: '' } })).toMatchObject({
        code: 'CONFIG_MALFORMED',
        message: expect.stringContaining(environmentName(name)),
      });
      expect(refusal({ file: { [name]: {} } })).toMatchObject({
        code: 'CONFIG_MALFORMED',
        message: expect.stringContaining(`"${name}"`),
      });
    }
  });
});

describe('an unknown setting', () => {
  it.each<[string, Given]>([
    ['--prot', { flags: { prot: '1' } }],
    ['CHIROGRAPH_PROT', { env: { CHIROGRAPH_PROT: '1' } }],
    ['"prot" in chirograph.config.json', { file: { prot: 1 } }],
    ['"data" in chirograph.config.json', { file: { data: '/x' } }],
    ['"adminKey" in chirograph.config.json', { file: { adminKey: 'x' } }],
    ['--admin-key', { flags: { adminKey: 'x' } }],
    ['--bitcoin-rpc-password', { flags: { bitcoinRpcPassword: 'x' } }],
  ])('%s is refused by name', (name, given) => {
    expect(refusal(given)).toMatchObject({
      code: 'CONFIG_UNKNOWN_SETTING',
      message: `there is no setting ${name}`,
    });
  });

  it('of other programs, and of the command line client, is nobody’s business', () => {
    const env = { PATH: '/bin', CHIROGRAPH_URL: 'http://x', CHIROGRAPH_KEY: 'k' };
    expect(refusal({ env })).toBeNull();
  });

  it('cannot bring control characters to the terminal', () => {
    expect(refusal({ env: { 'CHIROGRAPH_\u001b[2J': 'x' } })).toMatchObject({
      message: 'there is no setting CHIROGRAPH_?[2J',
    });
  });
});

describe('a malformed setting', () => {
  it.each<[string, Given]>([
    ['--port', { flags: { port: '65536' } }],
    ['--port', { flags: { port: '0x50' } }],
    ['--port', { flags: { port: ' 80' } }],
    ['--port', { flags: { port: '-1' } }],
    ['--port', { flags: { port: '1e3' } }],
    ['"port" in chirograph.config.json', { file: { port: '8787' } }],
    ['"port" in chirograph.config.json', { file: { port: 80.5 } }],
    ['CHIROGRAPH_LOG_LEVEL', { env: { CHIROGRAPH_LOG_LEVEL: 'INFO' } }],
    ['CHIROGRAPH_HOST', { env: { CHIROGRAPH_HOST: 'a b' } }],
    ['CHIROGRAPH_LOG_NAME', { env: { CHIROGRAPH_LOG_NAME: 'Audit/Log' } }],
    ['--bitcoin-rpc-url', { flags: { bitcoinRpcUrl: 'ftp://node' } }],
    ['--bitcoin-rpc-url', { flags: { bitcoinRpcUrl: 'http://user:secret@node' } }],
    ['--bitcoin-rpc-url', { flags: { anchorChain: 'bitcoin' } }],
    ['--esplora-url', { flags: { esploraUrl: 'http://user:secret@node' } }],
    ['--esplora-url', { flags: { bitcoinRpcUrl: 'http://node', esploraUrl: 'http://other' } }],
    ['--keys', { flags: { data: '/d', keys: '/d/keys' } }],
    ['--keys', { flags: { data: '/d', keys: '/d' } }],
    ['--data', { flags: { data: '/k/d', keys: '/k' } }],
    ['--data', { flags: { data: '' } }],
    ['CHIROGRAPH_DATA', { env: { CHIROGRAPH_DATA: '' } }],
    ['--metrics-port', { flags: { port: '9000', metricsPort: '9000' } }],
    ['--s3-port', { flags: { port: '9000', s3Port: '9000' } }],
    ['--s3-port', { flags: { metricsPort: '9000', s3Port: '9000' } }],
    ['--s3-domain', { flags: { s3Domain: 'S3.example.com' } }],
    ['--max-payload-bytes', { flags: { maxBodyBytes: '2048', maxPayloadBytes: '4096' } }],
    ['CHIROGRAPH_ADMIN_KEY', { env: { CHIROGRAPH_ADMIN_KEY: '' } }],
    ['CHIROGRAPH_BITCOIN_RPC_USER', { env: { CHIROGRAPH_BITCOIN_RPC_PASSWORD: 'x' } }],
  ])('%s is refused by name, and its value is not repeated', (name, given) => {
    expect(refusal(given)).toMatchObject({
      code: 'CONFIG_MALFORMED',
      message: expect.stringMatching(
        new RegExp(`^${name.replace(/[".]/g, '\\$&')} must be (?!.*secret)`),
      ),
    });
  });

  it('is not a directory whose name only begins like another', () => {
    expect(parse({ flags: { data: '/d', keys: '/d.keys' } }).config.keys).toBe('/d.keys');
    expect(parse({ flags: { data: '/d', keys: '/..k' } }).config.keys).toBe('/..k');
  });
});

describe('secrets', () => {
  it('come from the environment and print as nothing', () => {
    const parsed = parse({
      env: {
        CHIROGRAPH_ADMIN_KEY: 'the-admin-key',
        CHIROGRAPH_BITCOIN_RPC_USER: 'the-user',
        CHIROGRAPH_BITCOIN_RPC_PASSWORD: 'the-password',
      },
    });
    expect(parsed.secrets.adminKey?.reveal()).toBe('the-admin-key');
    expect(parsed.secrets.bitcoinRpcPassword?.reveal()).toBe('the-password');
    for (const shown of [JSON.stringify(parsed), inspect(parsed, { depth: 9 })])
      expect(shown).not.toMatch(/the-(?:admin-key|user|password)/);
  });
});
