/** Log-in with the programs that people have: certificates by `openssl`, requests by `curl`, both on the path. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseStrictJson } from '../../src/base/canonical-json.js';
import { isJsonObject } from '../../src/base/json-members.js';
import { readOidcIssuers } from '../../src/settings/oidc-setting.js';
import { TestIssuer } from '../access/support/oidc-issuer.js';
import { RunningNode } from '../cli/support/running-node.js';
import { freePort } from '../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const run = promisify(execFile);
const readme = readFileSync('README.md', 'utf8');

function block(language: string): string {
  const [, content] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(readme) ?? [];
  if (content === undefined) throw new Error(`the README has no ${language}`);
  return content;
}

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(directory);
});

describe('the README’s', () => {
  it('example of client certificates runs as it stands', async () => {
    const script = block('sh log-in').replaceAll('8788', String(await freePort()));
    const guarded = `set -eu\ntrap 'kill "\${node:-}" 2>/dev/null || true' EXIT\n${script}`;
    const { stdout } = await run('bash', ['-c', guarded], {
      env: { PATH: process.env['PATH'], TMPDIR: directory, HOME: directory },
      timeout: 60_000,
    });
    const [ledgers = '', key = ''] = stdout.replace('}cg_', '}\ncg_').split('\n');
    expect(JSON.parse(ledgers)).toMatchObject({ items: [] });
    expect(key).toMatch(/^cg_[0-9a-f]{12}_/);
  });

  it('example of an issuer is one that the node takes', () => {
    const file = parseStrictJson(block('json log-in'));
    const issuers = isJsonObject(file) ? (file['oidcIssuers'] ?? null) : null;
    expect(readOidcIssuers(issuers)).toMatchObject([{ map: [{}, {}, {}] }]);
  });
});

describe('curl', () => {
  const path = (name: string): string => join(directory, name);
  const openssl = async (...args: readonly string[]): Promise<string> =>
    (await run('openssl', [...args])).stdout;
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

  async function issueCa(name: string): Promise<void> {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)];
    const subject = ['-subj', `/C=LI/O=Bänk, Ltd/CN=${name}`, '-utf8'];
    await openssl('req', '-x509', ...ec, ...files, '-days', '30', ...subject);
  }

  async function issue(name: string, ca: string, ...extensions: readonly string[]): Promise<void> {
    const [key, csr] = [path(`${name}.key`), path(`${name}.csr`)];
    writeFileSync(path('ext'), `${extensions.join('\n')}\n`);
    const subject = ['-subj', `/C=LI/O=Bänk, Ltd/CN=${name}`, '-utf8'];
    await openssl('req', ...ec, '-keyout', key, '-out', csr, ...subject);
    const signer = ['-CA', path(`${ca}.crt`), '-CAkey', path(`${ca}.key`), '-days', '30'];
    const out = ['-out', path(`${name}.crt`), '-extfile', path('ext')];
    await openssl('x509', '-req', '-in', csr, ...signer, ...out);
  }

  async function name(of: 'subject' | 'issuer', certificate: string): Promise<string> {
    const options = ['-noout', `-${of}`, '-nameopt', 'RFC2253,utf8,-esc_msb'];
    const printed = await openssl('x509', '-in', path(`${certificate}.crt`), ...options);
    return printed.trim().replace(/^\w+=/, '');
  }

  async function curl(url: string, ...args: readonly string[]): Promise<string> {
    const written = ['-s', '-w', '\n%{http_code}', '--cacert', path('site.crt')];
    const { stdout } = await run('curl', [...written, ...args, url]);
    const lines = stdout.split('\n');
    const body = JSON.parse(lines[0] ?? '') as { code?: string };
    return `${lines.at(-1)} ${body.code ?? ''}`.trim();
  }

  const showing = (certificate: string): string[] => [
    ...['--cert', path(`${certificate}.crt`)],
    ...['--key', path(`${certificate}.key`)],
  ];

  it('logs in with certificates made by openssl, and with tokens, and with neither of the wrong', async () => {
    await Promise.all([issueCa('site'), issueCa('staff'), issueCa('strangers')]);
    await issue('node', 'site', 'subjectAltName=IP:127.0.0.1', 'extendedKeyUsage=serverAuth');
    await issue('alice', 'staff', 'extendedKeyUsage=clientAuth');
    await issue('plain', 'staff', 'basicConstraints=CA:FALSE');
    await issue('nobody', 'staff', 'extendedKeyUsage=clientAuth');
    await issue('posing', 'strangers', 'extendedKeyUsage=clientAuth');
    const [issuer, subject] = await Promise.all([
      name('issuer', 'alice'),
      name('subject', 'alice'),
    ]);
    expect(subject).toBe('CN=alice,O=Bänk\\, Ltd,C=LI');
    const spki = await run('bash', [
      '-c',
      `openssl x509 -in ${path('plain.crt')} -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum`,
    ]);
    const provider = await TestIssuer.start();
    const row = { tenant: 'default', role: 'admin', author: 'alice' };
    const env = {
      CHIROGRAPH_TLS_CERTIFICATE: path('node.crt'),
      CHIROGRAPH_TLS_KEY: path('node.key'),
      CHIROGRAPH_TLS_CLIENT_CA: path('staff.crt'),
      CHIROGRAPH_CLIENT_CERTIFICATES: JSON.stringify([
        { issuer, subject, ...row },
        { spkiSha256: spki.stdout.slice(0, 64), ...row },
      ]),
      CHIROGRAPH_OIDC_ISSUERS: JSON.stringify([
        {
          issuer: provider.issuer,
          audience: 'ledger',
          jwksUrl: provider.jwksUrl,
          map: [{ when: { roles: 'reader' }, tenant: 'default', role: 'reader' }],
        },
      ]),
    };
    const node = new RunningNode(['serve', '--data', path('data'), '--port', '0'], env);
    try {
      const url = `${await node.url()}/v1/ledgers`;
      expect(url).toMatch(/^https:/);
      expect(await curl(url, ...showing('alice'))).toBe('200');
      expect(await curl(url, '--tls-max', '1.2', ...showing('alice'))).toBe('200');
      expect(await curl(url)).toBe('401 ACCESS_KEY_MISSING');
      // Its key is in the table, but it says nothing of what it is for.
      for (const bad of ['plain', 'nobody', 'posing'])
        expect(await curl(url, ...showing(bad))).toBe('401 ACCESS_CERTIFICATE_UNKNOWN');
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: provider.issuer, aud: 'ledger', sub: 'bob', roles: 'reader', iat: now };
      const good = await provider.sign({ ...claims, exp: now + 60 });
      const expired = await provider.sign({ ...claims, exp: now - 61 });
      expect(await curl(url, '-H', `Authorization: Bearer ${good}`)).toBe('200');
      expect(await curl(url, '-H', `Authorization: Bearer ${expired}`)).toBe(
        '401 ACCESS_TOKEN_INVALID',
      );
      const log = JSON.stringify(node.log) + node.stderr;
      for (const secret of [good, expired, 'alice', 'bob']) expect(log).not.toContain(secret);
    } finally {
      node.signal('SIGKILL');
      await node.ended();
      await provider.stop();
    }
  });
});
