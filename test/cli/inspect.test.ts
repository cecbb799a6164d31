/** `chirograph inspect` against a real node, and reading under what it opened. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type CliResult, runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);
const file = (name: string): string => join(directory, name);

let inspector: Readonly<Record<string, string>>;
let inspectorId: string;

const CASE = [
  ...['--case', 'FMA-2026-118', '--authority', 'Financial Market Authority'],
  ...['--legal-basis', 'FM-GwG § 25'],
];

beforeAll(async () => {
  const records = ['Graz', 'Linz'].flatMap((city) =>
    ['customer-4711', 'customer-4712'].map((subject) => ({
      ...{ type: 'test.Residence', subject, key: 'main' },
      payload: { city },
    })),
  );
  const lines = records.map((record) => JSON.stringify(record)).join('\n');
  expect((await runCli(['append', 'kyc'], serving.env, lines)).code).toBe(0);
  const made = await json<{ id: string; key: string }>(
    ['keys', 'create', '--role', 'inspector'],
    serving.env,
  );
  inspectorId = made.id;
  inspector = { ...serving.env, CHIROGRAPH_KEY: made.key };
});

afterAll(async () => {
  await serving.stop();
  await removeDirectory(directory);
});

async function json<T>(argv: readonly string[], env = inspector, stdin = ''): Promise<T> {
  const { code, stdout, stderr } = await runCli([...argv, '--json'], env, stdin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Opened {
  readonly id: string;
  readonly [member: string]: unknown;
}

function open(...flags: readonly string[]): Promise<Opened> {
  return json(['inspect', 'open', 'kyc', ...CASE, '--expires', '30d', ...flags]);
}

function refused({ code, stdout, stderr }: CliResult, why: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  expect(stderr).toMatch(why);
}

describe('inspect open', () => {
  it('says all that it was told, and counts days from now', async () => {
    const before = Date.now();
    const opened = await open(
      ...['--subject', 'customer-4711', '--subject', 'customer-4713'],
      ...['--type', 'test.Residence', '--recorded-from', '2026-01-01T00:00:00.000Z'],
      ...['--recorded-to', '2999-01-01T00:00:00.000Z'],
      ...['--inspector', `Inspector = 2=key:${inspectorId}`],
      ...['--inspector', 'Inspector 3=identity:https://login.bank.example#key:3'],
    );
    expect(opened).toMatchObject({
      ...{ ledger: 'kyc', caseId: 'FMA-2026-118', authority: 'Financial Market Authority' },
      ...{ legalBasis: 'FM-GwG § 25', isHidden: false, state: 'open' },
      scope: {
        subjects: ['customer-4711', 'customer-4713'],
        types: ['test.Residence'],
        recordedFrom: '2026-01-01T00:00:00.000Z',
        recordedTo: '2999-01-01T00:00:00.000Z',
      },
      inspectors: [
        { name: 'Inspector = 2', key: inspectorId },
        { name: 'Inspector 3', identity: 'https://login.bank.example#key:3' },
      ],
    });
    const days = (Date.parse(String(opened['expiresAt'])) - before) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(30);
    expect(days).toBeLessThan(30.1);
  });

  it('takes the persons from a file or from stdin, so that no command line shows them', async () => {
    writeFileSync(file('persons'), 'customer-4711\r\n\n  customer 4712\n');
    const expected = { scope: { subjects: ['customer-4711', '  customer 4712'] } };
    expect(await open('--subjects-from', file('persons'))).toMatchObject(expected);
    const argv = ['inspect', 'open', 'kyc', ...CASE, '--expires', '1d', '--subjects-from', '-'];
    expect(await json(argv, inspector, 'anna\nbert')).toMatchObject({
      scope: { subjects: ['anna', 'bert'] },
    });
    const both = ['--subject', 'anna', '--subjects-from', file('persons')];
    expect(await open(...both)).toMatchObject({
      scope: { subjects: ['anna', 'customer-4711', '  customer 4712'] },
    });
  });

  it('has the id alone on its first line', async () => {
    const argv = ['inspect', 'open', 'kyc', ...CASE, '--expires', '2d'];
    const { code, stdout } = await runCli(argv, inspector);
    expect(code).toBe(0);
    const [id = '', hint] = stdout.split('\n');
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(hint).toMatch(new RegExp(`^# open until \\S+Z; read under it with --inspection ${id}$`));
  });

  it('ends with 2 and one line for what is none', async () => {
    writeFileSync(file('empty'), '\n\n');
    writeFileSync(file('binary'), Buffer.from([0x61, 0x0a, 0xff, 0x0a]));
    writeFileSync(file('large'), 'x'.repeat(100_000));
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--subjects-from', file('empty')], /names nobody/],
      [['--subjects-from', file('binary')], /line 2 is not UTF-8/],
      [['--subjects-from', file('large')], /larger than/],
      [['--subjects-from', file('missing')], /missing: it cannot be read \(ENOENT\)/],
      [['--inspector', 'Inspector 2'], /--inspector must be like/],
      [['--inspector', 'Inspector 2=person:x'], /--inspector must be like/],
      [['--hidden'], /INSPECTION_HIDING_REFUSED/],
      [['--subject', 'anna', '--subject', 'anna'], /REQUEST_INVALID/],
      [['--recorded-from', 'yesterday'], /TIME_MALFORMED/],
    ];
    for (const [flags, why] of cases)
      refused(
        await runCli(['inspect', 'open', 'kyc', ...CASE, '--expires', '30d', ...flags], inspector),
        why,
      );
    for (const [expires, why] of [
      ['0d', /TIME_MALFORMED/],
      ['tomorrow', /TIME_MALFORMED/],
      ['367d', /REQUEST_INVALID/],
      ['2020-01-01T00:00:00.000Z', /REQUEST_INVALID/],
    ] as const)
      refused(
        await runCli(['inspect', 'open', 'kyc', ...CASE, '--expires', expires], inspector),
        why,
      );
    const late = ['inspect', 'open', 'kyc', ...CASE, '--expires', '1d'];
    refused(await runCli(late, serving.env), /ACCESS_DENIED/);
    refused(await runCli(['inspect', 'open', 'kyc', ...CASE], inspector), /--expires/);
  });
});

describe('inspect list, show and close', () => {
  it('list what there is, print one, and close it', async () => {
    const { id } = await open('--subject', 'customer-4711');
    const listed = await runCli(['inspect', 'list'], inspector);
    expect(listed.stdout).toMatch(
      new RegExp(`^${id}  open {4} kyc  FMA-2026-118  Financial Market Authority  expires `, 'm'),
    );
    const shown = await runCli(['inspect', 'show', id], inspector);
    expect(shown.stdout).toMatch(/^legalBasis {2}FM-GwG § 25$/m);
    expect(shown.stdout).toMatch(/^scope {7}\{"subjects":\["customer-4711"\]\}$/m);
    // The institution sees that there is one, and not whom it is about.
    expect((await runCli(['inspect', 'show', id], serving.env)).stdout).toMatch(
      /^scope {7}\{"subjectCount":1\}$/m,
    );
    expect(await runCli(['inspect', 'close', id], inspector)).toMatchObject({
      code: 0,
      stdout: `closed ${id}\n`,
    });
    expect(await json(['inspect', 'show', id])).toMatchObject({ state: 'closed' });
    const { items } = await json<{ items: Opened[] }>(['inspect', 'list']);
    expect(items.find((one) => one.id === id)).toMatchObject({ state: 'closed' });
    refused(await runCli(['inspect', 'close', id], inspector), /INSPECTION_CLOSED/);
    refused(await runCli(['inspect', 'show', 'x'], inspector), /INSPECTION_UNKNOWN/);
  });

  it('goes through all pages of a list, and not without end', async () => {
    const item = { id: 'x', ledger: 'kyc', caseId: 'c', authority: 'a', state: 'open' };
    const asked: (string | undefined)[] = [];
    const url = await stranger((request, response) => {
      asked.push(request.url);
      const cursor = asked.length < 3 ? `c/${asked.length}` : null;
      response.end(JSON.stringify({ items: [{ ...item, expiresAt: 'never' }], cursor }));
    });
    const { stdout } = await runCli(['inspect', 'list', '--url', url], inspector);
    expect(stdout.split('\n')).toHaveLength(4);
    expect(asked.at(-1)).toBe('/v1/inspections?limit=1000&cursor=c%2F2');
    const endless = await stranger((_request, response) =>
      response.end('{"items":[],"cursor":"again"}'),
    );
    refused(await runCli(['inspect', 'list', '--url', endless], inspector), /more inspections/);
  });
});

describe('reading under an inspection', () => {
  it('is what --inspection of the reading commands does', async () => {
    const { id } = await open('--subject', 'customer-4711');
    const reads: readonly (readonly string[])[] = [
      ['get', 'kyc', '1'],
      ['get', 'kyc', '3', '--history'],
      ['query', 'kyc', '--subject', 'customer-4711'],
      ['query', 'kyc', '--subject', 'customer-4711', '--count'],
      ['query', 'kyc', '--subject', 'customer-4711', '--timeline'],
      ['query', 'kyc', '--subject', 'customer-4711', '--diff', '2..5'],
      ['query', 'kyc', '--subject', 'customer-4711', '--export', file('under.ndjson')],
      ['query', 'kyc', '--subject', 'customer-4711', '--evidence', file('under.collection')],
      ['evidence', 'kyc', '1', '--out', file('under.evidence')],
    ];
    for (const argv of reads) {
      refused(await runCli(argv, inspector), /INSPECTION_REQUIRED/);
      const { code, stderr } = await runCli([...argv, '--inspection', id], inspector);
      expect({ argv, code, stderr }).toEqual({ argv, code: 0, stderr: '' });
    }
    const { items } = await json<{ items: { outcome: string }[] }>(
      ['access', '--subject', `inspection:${id}`],
      serving.env,
    );
    expect(items.filter(({ outcome }) => outcome === 'disclosed')).toHaveLength(reads.length);
  });

  it('shows nothing that is out of scope, and nothing under what is no id', async () => {
    const { id } = await open('--subject', 'customer-4711');
    const other = ['query', 'kyc', '--subject', 'customer-4712', '--inspection'];
    refused(await runCli([...other, id], inspector), /INSPECTION_OUT_OF_SCOPE/);
    refused(await runCli([...other, 'FMA-2026-118'], inspector), /named by its id/);
    refused(await runCli([...other, '0a1b2c3d4e5f'], inspector), /INSPECTION_UNKNOWN/);
  });
});

describe('inspect package', () => {
  async function inspected(): Promise<string> {
    const { id } = await open('--subject', 'customer-4711');
    const asked = ['query', 'kyc', '--subject', 'customer-4711', '--inspection', id];
    expect((await runCli([...asked, '--timeline'], inspector)).code).toBe(0);
    return id;
  }

  it('writes a collection that verifies and a report, for their owner alone', async () => {
    const id = await inspected();
    const out = file('handed/over');
    const { code, stdout, stderr } = await runCli(
      ['inspect', 'package', id, '--out', out, '--language', 'de'],
      inspector,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const collection = join(out, `inspection-${id}.collection`);
    const report = join(out, `inspection-${id}.pdf`);
    expect(readdirSync(out).sort()).toEqual([
      `inspection-${id}.collection`,
      `inspection-${id}.pdf`,
    ]);
    expect(stdout).toContain(`  node verify.mjs ${collection} --trust bank.trust.json\n`);
    for (const one of [collection, report]) expect(statSync(one).mode & 0o777).toBe(0o600);
    expect(readFileSync(report).subarray(0, 5).toString()).toBe('%PDF-');
    const trust = file('trust');
    await runCli(['keys', 'trust', '--out', trust], serving.env);
    const verified = await runCli(['verify', collection, '--trust', trust]);
    expect({ code: verified.code, stderr: verified.stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('replaces nothing unless it is told to, and asks for nothing then', async () => {
    const id = await inspected();
    for (const name of [`inspection-${id}.collection`, `inspection-${id}.pdf`]) {
      const out = file(`taken-${name}`);
      mkdirSync(out);
      writeFileSync(join(out, name), 'mine');
      const argv = ['inspect', 'package', id, '--out', out];
      refused(await runCli(argv, inspector), /is there already: --replace/);
      expect(readdirSync(out)).toEqual([name]);
      expect(readFileSync(join(out, name), 'utf8')).toBe('mine');
      await json([...argv, '--replace']);
      expect(readFileSync(join(out, name), 'utf8')).not.toBe('mine');
    }
    const packages = await json<{ items: unknown[] }>(
      ['access', '--subject', `inspection:${id}`, '--action', 'inspection:package'],
      serving.env,
    );
    expect(packages.items).toHaveLength(4);
  });

  it('leaves nothing behind of a package that did not come', async () => {
    const { id } = await open();
    const nothingAsked = file('nothing');
    const argv = ['inspect', 'package', id, '--out', nothingAsked];
    refused(await runCli(argv, inspector), /QUERY_NOTHING_ASKED/);
    expect(readdirSync(nothingAsked)).toEqual([]);

    // The collection comes whole; of the report half.
    const cut = await stranger((request, response) => {
      const isReport = request.url?.includes('format=pdf') === true;
      response.setHeader('content-type', isReport ? 'application/pdf' : 'application/json');
      if (!isReport) response.end('{}');
      else
        response
          .writeHead(200, { 'content-length': '100' })
          .write('%PDF-', () => response.destroy());
    });
    refused(await runCli([...argv, '--url', cut], inspector), /no node at/);
    expect(readdirSync(nothingAsked)).toEqual([]);

    const page = await stranger((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<p>'),
    );
    refused(await runCli([...argv, '--url', page], inspector), /no package of this version/);
    expect(readdirSync(nothingAsked)).toEqual([]);
  });

  it('ends with 2 where it cannot write, and for what is no id', async () => {
    const id = await inspected();
    writeFileSync(file('plain'), '');
    const out = join(file('plain'), 'below');
    refused(await runCli(['inspect', 'package', id, '--out', out], inspector), /cannot be made/);
    refused(
      await runCli(['inspect', 'package', '../x', '--out', file('escaped')], inspector),
      /named by its id/,
    );
    expect(existsSync(file('escaped'))).toBe(false);
  });
});

/** Something at a URL that is no node; ends with the test's process. */
async function stranger(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
