import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Identity } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { authority, clientOf, keyPem, pem, serverOf } from '../support/tls-pki.js';
import { type CliResult, runCli } from './support/run-cli.js';
import { RunningNode } from './support/running-node.js';

const site = authority('Site CA');
const staff = authority('Staff CA');
const names = { email: 'alice@bank.example' };
const table = [
  { issuer: 'CN=Staff CA', ...names, tenant: 'default', role: 'admin', author: 'alice' },
];

let root: string;
let node: RunningNode;
let url: string;
const path = (name: string): string => join(root, name);

function write(name: string, chain: readonly Identity[]): void {
  const [own] = chain;
  writeFileSync(path(`${name}.crt`), pem(...chain));
  if (own !== undefined) writeFileSync(path(`${name}.key`), keyPem(own));
}

beforeAll(async () => {
  root = await temporaryDirectory();
  for (const [name, identity] of [
    ['site', site],
    ['staff', staff],
    ['node', serverOf(site)],
    ['alice', clientOf(staff, { names })],
    ['nobody', clientOf(staff)],
  ] as const)
    write(name, [identity]);
  node = new RunningNode(['serve', '--data', path('data'), '--port', '0'], {
    CHIROGRAPH_TLS_CERTIFICATE: path('node.crt'),
    CHIROGRAPH_TLS_KEY: path('node.key'),
    CHIROGRAPH_TLS_CLIENT_CA: path('staff.crt'),
    CHIROGRAPH_CLIENT_CERTIFICATES: JSON.stringify(table),
  });
  url = await node.url();
});

afterAll(async () => {
  node.signal('SIGTERM');
  const code = await node.ended();
  await removeDirectory(root);
  expect(code).toBe(0);
});

function list(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return runCli(['keys', 'list', '--url', url, '--json', ...flags], env);
}

const showing = (name: string): string[] => [
  ...['--cert', path(`${name}.crt`), '--cert-key', path(`${name}.key`)],
];

async function expectRefusal(result: Promise<CliResult>, reason: RegExp): Promise<void> {
  const ended = await result;
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(reason) });
  expect(ended.stderr).toMatch(/^chirograph: [^\n]+\n$/);
}

describe('the command line, of a node that speaks HTTPS,', () => {
  it('logs in with a key or a certificate, by options or variables', async () => {
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const cacert = ['--cacert', path('site.crt')];
    const key = /: (cg_\S+)\n/.exec(node.stderr)?.[1] ?? '';
    expect(await list([...cacert, '--key', key])).toMatchObject({ code: 0 });
    expect(await list([...cacert, ...showing('alice')])).toMatchObject({ code: 0 });
    const env = {
      CHIROGRAPH_CACERT: path('site.crt'),
      CHIROGRAPH_CERT: path('alice.crt'),
      CHIROGRAPH_CERT_KEY: path('alice.key'),
    };
    expect(await list([], env)).toMatchObject({ code: 0 });
    // Records name the author that the table says.
    const flags = ['--url', url, ...cacert, ...showing('alice'), '--json'];
    const made = await fetchLedger(key);
    expect(made).toBe(201);
    const record = '{"type":"T","subject":"s","payload":{}}';
    const appended = await runCli(['append', 'kyc', ...flags], {}, record);
    expect(appended).toMatchObject({ code: 0, stderr: '' });
    const shown = await runCli(['get', 'kyc', '1', ...flags]);
    expect(shown.stdout).toContain('"alice"');
  });

  it('says in one line what is wrong', async () => {
    const cacert = ['--cacert', path('site.crt')];
    await expectRefusal(list(showing('alice')), /of no authority known here: see --cacert/);
    await expectRefusal(
      list(['--cacert', path('staff.crt'), ...showing('alice')]),
      /of no authority known here/,
    );
    await expectRefusal(list([...cacert, ...showing('nobody')]), /ACCESS_CERTIFICATE_UNKNOWN/);
    await expectRefusal(list(cacert), /give an API key or access token/);
    await expectRefusal(list([...cacert, '--cert', path('alice.crt')]), /--cert-key together/);
    await expectRefusal(list(['--cacert', path('none.crt')]), /--cacert cannot be read: ENOENT/);
    await expectRefusal(list(['--cacert', path('data')]), /--cacert cannot be read: EISDIR/);
    writeFileSync(path('text'), 'not PEM');
    await expectRefusal(list(['--cacert', path('text')]), /--cacert is not PEM/);
    const mixed = ['--cert', path('alice.crt'), '--cert-key', path('nobody.key')];
    await expectRefusal(list([...cacert, ...mixed]), /no certificate and its key/);
    const inClear = url.replace('https', 'http');
    await expectRefusal(runCli(['keys', 'list', '--url', inClear, '--key', 'k']), /cannot connect/);
    const elsewhere = url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    await expectRefusal(
      runCli(['keys', 'list', '--url', elsewhere, '--key', 'k', ...cacert]),
      /its certificate is of another host/,
    );
  });
});

describe('serve', () => {
  it('reads its certificate again at SIGHUP, and keeps the old one if the new one is of no use', async () => {
    expect(await shownName()).toBe('node');
    writeFileSync(path('node.crt'), 'half a cert');
    node.signal('SIGHUP');
    expect(await node.until('tls not reloaded')).toMatchObject({
      error: { code: 'CONFIG_TLS_UNUSABLE' },
    });
    expect(await shownName()).toBe('node');
    write('node', [serverOf(site, 'renewed')]);
    node.signal('SIGHUP');
    await node.until('tls reloaded');
    expect(await shownName()).toBe('renewed');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['is not there', { CHIROGRAPH_TLS_KEY: 'nowhere.key' }, /CHIROGRAPH_TLS_KEY .*ENOENT/],
    ['is of another certificate', { CHIROGRAPH_TLS_KEY: 'alice.key' }, /CHIROGRAPH_TLS_KEY /],
    ['has no authority', { CHIROGRAPH_TLS_CLIENT_CA: 'alice.key' }, /TLS_CLIENT_CA .*without a/],
    ['is no certificate', { CHIROGRAPH_TLS_CERTIFICATE: 'alice.key' }, /TLS_CERTIFICATE .*without/],
  ])('does not start where a file %s', async (_name, change, reason) => {
    const files = {
      CHIROGRAPH_TLS_CERTIFICATE: 'node.crt',
      CHIROGRAPH_TLS_KEY: 'node.key',
      CHIROGRAPH_TLS_CLIENT_CA: 'staff.crt',
      ...change,
    };
    const env = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, path(file)]));
    const argv = ['serve', '--data', path('other'), '--port', '0'];
    await expectRefusal(runCli(argv, env), reason);
  });
});

/** There is no command that makes a ledger. */
function fetchLedger(key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const options = { method: 'POST', headers, ca: pem(site) };
    request(`${url}/v1/ledgers`, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end('{"name":"kyc"}');
  });
}

function shownName(): Promise<unknown> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca: pem(site) }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
