import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { parseCollection } from '../../src/evidence/parse-collection.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);
const { env, data } = serving;
let isServing = true;

async function stop(): Promise<void> {
  if (isServing) await serving.stop();
  isServing = false;
}

beforeAll(async () => {
  const records = Array.from({ length: 12 }, (_, n) => ({
    type: n % 2 === 0 ? 'test.Even' : 'test.Odd',
    subject: n < 6 ? 'anna' : 'bert',
    key: 'note',
    payload: { n },
  }));
  const lines = records.map((record) => JSON.stringify(record)).join('\n');
  expect((await runCli(['append', 'kyc'], env, lines)).code).toBe(0);
});
afterAll(async () => {
  await stop();
  await removeDirectory(directory);
});

async function queryJson(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli(['query', 'kyc', '--json', ...argv], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('query', () => {
  it('finds entries by what they are about, and says of which state', async () => {
    const found = await queryJson('--subject', 'anna', '--type', 'test.Odd');
    expect(found['items']).toMatchObject([1, 3, 5].map((n) => ({ payload: { n } })));
    const then = await queryJson('--subject', 'anna', '--as-of', '5');
    expect(then['items']).toHaveLength(4);
    expect(then['asOf']).toMatchObject({ size: 5 });
    const valid = await queryJson('--valid-at', '2999-01-01T00:00:00.000Z', '--type', 'test.Even');
    expect(valid['items']).toMatchObject([{ payload: { n: 4 } }, { payload: { n: 10 } }]);
  });

  it('prints them for people, no more than asked for, and how many there are', async () => {
    const { stdout } = await runCli(['query', 'kyc', '--subject', 'bert', '--limit', '2'], env);
    expect(stdout).toMatch(/^2 entries, and there are more: --limit, or --export$/m);
    expect(stdout).toMatch(/^as of size 13, root hash [0-9a-f]{64}$/m);
    const counted = await runCli(['query', 'kyc', '--type', 'test.Odd', '--count'], env);
    expect(counted.stdout).toMatch(/^6\nas of size 13,/);
  });

  it('takes several types', async () => {
    const both = ['--type', 'test.Odd', '--type', 'test.Even'];
    const found = await queryJson('--subject', 'anna', ...both);
    expect(found['items']).toMatchObject([0, 1, 2, 3, 4, 5].map((n) => ({ payload: { n } })));
    const counted = await runCli(['query', 'kyc', ...both, '--count'], env);
    expect(counted.stdout).toMatch(/^12\n/);
    const file = join(directory, 'both.ndjson');
    expect(await queryJson(...both, '--export', file)).toMatchObject({ count: 12 });
  });

  it('shows the timeline of a subject, and what changed', async () => {
    const timeline = await queryJson('--subject', 'anna', '--timeline');
    expect(timeline['items']).toHaveLength(6);
    const odd = [
      '--type',
      'test.Odd',
      '--recorded-from',
      '2020-01-01',
      '--recorded-to',
      '2999-01-01',
    ];
    const some = await queryJson('--subject', 'anna', '--timeline', ...odd);
    expect(some['items']).toMatchObject([1, 3, 5].map((n) => ({ payload: { n } })));
    for (const none of [
      ['--recorded-from', '2999-01-01'],
      ['--recorded-to', '2020-01-01'],
    ])
      expect(await queryJson('--subject', 'anna', '--timeline', ...none)).toMatchObject({
        items: [],
      });
    const { stdout } = await runCli(['query', 'kyc', '--subject', 'anna', '--diff', '3..'], env);
    expect(stdout).toMatch(/^changed {2}test\.Even note\n {2}changed {2}\/n {2}0 -> 4$/m);
    expect(stdout).toMatch(/^2 changed, 0 unchanged, from size 3 to size 13$/m);
  });

  it('writes an export whole, for its owner alone', async () => {
    const file = join(directory, 'all.ndjson');
    const saved = await queryJson('--export', file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(14);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      end: { count: 13, rootHash: saved['rootHash'] },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const table = join(directory, 'bert.csv');
    await queryJson('--subject', 'bert', '--export', table, '--format', 'csv');
    expect(readFileSync(table, 'utf8').split('\r\n')).toHaveLength(8);
  });

  it('keeps no export that was cut', async () => {
    const whole = readFileSync(join(directory, 'all.ndjson'), 'utf8');
    const cut = whole.split('\n').slice(0, 12).join('\n');
    const server = createServer((_request, response) => {
      response.setHeader('X-Chirograph-Count', '13');
      response.setHeader('X-Chirograph-As-Of', '13');
      response.setHeader('X-Chirograph-Root', '0'.repeat(64));
      response.end(`${cut}\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const file = join(directory, 'cut.ndjson');
    const argv = ['query', 'kyc', '--export', file, '--url', `http://127.0.0.1:${port}`];
    const { code, stderr } = await runCli(argv, env);
    server.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: the export was cut[^\n]*\n$/);
    expect(existsSync(file)).toBe(false);
  });

  it('finds persons by a value from standard input or a file, and takes none as an argument', async () => {
    const schema = join(directory, 'person.schema.json');
    writeFileSync(schema, JSON.stringify({ type: 'object' }));
    const put = ['schemas', 'put', 'kyc', 'test.Person', schema, '--findable', 'name=/name'];
    expect((await runCli(put, env)).code).toBe(0);
    const records = ['customer-4711', 'customer-4712'].map((subject) =>
      JSON.stringify({ type: 'test.Person', subject, payload: { name: 'Zoë Ångström' } }),
    );
    expect((await runCli(['append', 'kyc'], env, records.join('\n'))).code).toBe(0);
    const find = ['query', 'kyc', '--find', 'name'];
    const { code, stdout, stderr } = await runCli(find, env, 'zoe angstrom\n');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^customer-471[12] {2}by the whole value\n {2}entry \d+ {2}test\.Person /m,
    );
    expect(stdout).toMatch(/ {2}current\n\n2 persons\nas of size \d+, root hash [0-9a-f]{64}\n$/);
    const file = join(directory, 'value.txt');
    writeFileSync(file, 'Angstrom\nnot looked at\n');
    const one = await queryJson('--find', 'name', '--value-from', file, '--limit', '1');
    expect(one['items']).toMatchObject([{ match: 'words' }]);
    expect(one['cursor']).not.toBeNull();
    const then = await runCli([...find, '--as-of', '13', '--json'], env, 'angstrom');
    expect(JSON.parse(then.stdout)).toMatchObject({ items: [], field: 'name', cursor: null });
    const wrong = await runCli(['query', 'kyc', '--find', 'lei'], env, 'secret-value');
    expect(wrong.stderr).toMatch(/^chirograph: QUERY_FIELD_NOT_FINDABLE: [^\n]*: name\)\n$/);
    expect(wrong.stderr).not.toContain('secret-value');
  });

  it.each([
    ['a view of nobody', ['--timeline']],
    ['two views at a time', ['--subject', 'anna', '--timeline', '--count']],
    ['a timeline of an author', ['--subject', 'anna', '--timeline', '--author', 'x']],
    ['a difference from nowhere', ['--subject', 'anna', '--diff', '3']],
    ['a limit of many', ['--limit', '10001']],
    ['a thing of nobody', ['--thing', 'note']],
    ['a file that cannot be', ['--export', '/nonexistent/file']],
    ['a search for nothing', ['--find', 'name']],
    ['a search with filters', ['--find', 'name', '--type', 'x']],
    ['a value of no field', ['--value-from', '-']],
    ['a value from nowhere', ['--find', 'name', '--value-from', '/nonexistent/file']],
    ['evidence of nobody', ['--evidence', 'x']],
    ['what is of nobody', ['--person', 'x']],
    ['a person as CSV', ['--subject', 'anna', '--person', 'x', '--format', 'csv']],
    ['a person’s file that cannot be', ['--subject', 'anna', '--person', '/nonexistent/file']],
    ['evidence of what nothing proves', ['--subject', 'anna', '--author', 'x', '--evidence', 'x']],
  ])('ends %s with exit code 2 and one line', async (_what, argv) => {
    const { code, stdout, stderr } = await runCli(['query', 'kyc', ...argv], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  });
});

describe('query --evidence', () => {
  it('writes all of a subject with the proof that it is all, for the offline verifier', async () => {
    const [file, trust, less] = ['anna', 'trust', 'less'].map((name) => join(directory, name));
    const written = await queryJson('--subject', 'anna', '--evidence', file ?? '');
    expect(written).toMatchObject({ file, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
    await runCli(['keys', 'trust', '--out', trust ?? ''], env);
    const verified = await runCli(['verify', file ?? '', '--trust', trust ?? ''], env);
    expect({ code: verified.code, stderr: verified.stderr }).toEqual({ code: 0, stderr: '' });
    expect(verified.stdout).toMatch(/complete/i);

    // One entry of the answer left out, and everything else as it was.
    const honest = parseCollection(readFileSync(file ?? ''));
    const entries = honest.entries.slice(1);
    const questions = honest.questions.map((question) => ({
      ...question,
      entries: entries.map((_, at) => at),
    }));
    writeFileSync(less ?? '', formatCollection({ ...honest, entries, questions }));
    const refused = await runCli(['verify', less ?? '', '--trust', trust ?? ''], env);
    expect(refused.code).toBe(1);
  });
});

describe('query --person', () => {
  it('writes all of a subject for the subject, as JSON or PDF, and nothing beside it', async () => {
    const folder = join(directory, 'persons');
    mkdirSync(folder);
    const of = ['--subject', 'anna'] as const;
    const json = join(folder, 'anna.json');
    expect(await queryJson(...of, '--person', json)).toMatchObject({ file: json, format: 'json' });
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ subject: 'anna' });
    const pdf = join(folder, 'anna.pdf');
    const asked = [...of, '--person', pdf, '--format', 'pdf', '--language', 'de'];
    const { size } = await queryJson(...asked);
    const bytes = readFileSync(pdf);
    expect(bytes).toHaveLength(Number(size));
    expect(bytes.subarray(0, 9).toString('latin1')).toBe('%PDF-1.7\n');
    expect(bytes.toString('latin1').trimEnd().endsWith('%%EOF')).toBe(true);
    expect(statSync(pdf).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['anna.json', 'anna.pdf']);
  });

  it('leaves what was there where the new does not come whole', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf' });
      response.write('%PDF-1.7', () => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const folder = join(directory, 'cut');
    mkdirSync(folder);
    const file = join(folder, 'anna.pdf');
    writeFileSync(file, 'before');
    const argv = ['query', 'kyc', '--subject', 'anna', '--person', file, '--format', 'pdf'];
    const url = ['--url', `http://127.0.0.1:${port}`];
    expect((await runCli([...argv, ...url], env)).code).toBe(2);
    server.close();
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['anna.pdf']);
  });
});

describe('views rebuild', () => {
  it('is refused while the node runs, and makes the views of a stopped one again', async () => {
    const busy = await runCli(['views', 'rebuild', '--data', data]);
    expect(busy.code).toBe(2);
    expect(busy.stderr).toMatch(/in use/);
    await stop();
    const { code, stdout, stderr } = await runCli(['views', 'rebuild', '--data', data, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { logs } = JSON.parse(stdout) as { logs: { origin: string; entries: number }[] };
    expect(logs.find(({ origin }) => origin.endsWith('/kyc'))).toMatchObject({ entries: 18 });
    const people = await runCli(['views', 'rebuild', '--data', data]);
    expect(people.stdout).toMatch(/^\S+\/kyc: 18 entries$/m);
  });
});
