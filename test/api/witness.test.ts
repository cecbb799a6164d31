/** The HTTP interface of a witness: statuses and bodies of C2SP tlog-witness, and what is read of it. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseSignedNote } from '../../src/tlog/signed-note.js';
import type { WitnessService } from '../../src/witness-service.js';
import { makeKeys, type Places, placesIn } from '../checkpoint/support/opened-witness.js';
import { serveWitness } from '../checkpoint/support/served-witness.js';
import { type Asked, SigningLog } from '../checkpoint/support/signing-log.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const log = new SigningLog();
const other = new SigningLog({ origin: 'log.example/other', byte: 7 });
const hash = log.witnessed.originHash;

let root: string;
let places: Places;
let service: WitnessService;
beforeEach(async () => {
  root = await temporaryDirectory();
  places = placesIn(root);
  await makeKeys(places);
  service = await serveWitness(places, [log, other]);
});
afterEach(async () => {
  await service.close();
  await removeDirectory(root);
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, init);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

function post(body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask('/add-checkpoint', { method: 'POST', body: Buffer.from(body), headers });
}

function add(asked: Asked): Promise<Answer> {
  return post(log.request(asked));
}

async function read(path: string): Promise<Record<string, unknown>> {
  const { status, text } = await ask(path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return JSON.parse(text) as Record<string, unknown>;
}

describe('POST /add-checkpoint', () => {
  it('answers 200 with one cosignature', async () => {
    const answer = await add({ old: 0, size: 2 });
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toMatch(/^— witness\.example \S+\n$/);
  });

  it('answers 409 with the size and its own type', async () => {
    await add({ old: 0, size: 2 });
    const answer = { status: 409, type: 'text/x.tlog.size', text: '2\n' };
    expect(await add({ old: 1, size: 3 })).toEqual(answer);
    // The proof is not looked at before the size is.
    expect(await add({ old: 1, size: 3, proof: [] })).toEqual(answer);
  });

  it.each<[string, number, string, () => Promise<Answer>]>([
    [
      'a proof that does not hold',
      422,
      'WITNESS_INCONSISTENT',
      () => add({ old: 5, size: 9, proof: [] }),
    ],
    [
      'another root of the same size',
      422,
      'WITNESS_INCONSISTENT',
      () => add({ old: 5, size: 5, history: 1 }),
    ],
    [
      'a log that it does not know',
      404,
      'WITNESS_LOG_UNKNOWN',
      () => post(new SigningLog({ origin: 'log.example/third' }).request({ old: 0, size: 1 })),
    ],
    [
      'another key',
      403,
      'WITNESS_NOT_SIGNED',
      () => post(new SigningLog({ byte: 9 }).request({ old: 0, size: 1 })),
    ],
    [
      'an old size beyond the checkpoint',
      400,
      'WITNESS_REQUEST_MALFORMED',
      () => add({ old: 9, size: 2 }),
    ],
    ['nothing', 400, 'WITNESS_REQUEST_MALFORMED', () => post('')],
    ['no checkpoint', 400, 'CHECKPOINT_MALFORMED', () => post('old 0\n\na\nb\n\n— a AAAAAAA=\n')],
    ['no note', 400, 'NOTE_MALFORMED', () => post('old 0\n\nx\n')],
    ['no UTF-8', 400, 'WITNESS_REQUEST_MALFORMED', () => post(Uint8Array.of(0xff))],
    ['too much', 413, 'BODY_TOO_LARGE', () => post('x'.repeat(128 * 1024 + 1))],
    [
      'a compressed body',
      415,
      'CONTENT_ENCODING_UNSUPPORTED',
      () => post(gzipSync(log.request({ old: 0, size: 1 })), { 'content-encoding': 'gzip' }),
    ],
  ])('refuses %s with %d', async (_, status, code, request) => {
    await add({ old: 0, size: 5 });
    const answer = await request();
    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
    expect(JSON.parse(answer.text)).toMatchObject({ code, status });
  });

  it('takes what it takes whatever it is called', async () => {
    for (const type of ['application/octet-stream', 'text/plain', 'application/json'])
      expect(await post(log.request({ old: 0, size: 0 }), { 'content-type': type })).toMatchObject({
        status: 200,
      });
  });

  it('is the only method there', async () => {
    expect(await ask('/add-checkpoint')).toMatchObject({ status: 405 });
    expect(await ask('/add-checkpoint/', { method: 'POST' })).toMatchObject({ status: 404 });
  });

  it('is limited for each address', async () => {
    await service.close();
    service = await serveWitness(places, [log], { requestsPerMinute: 3 });
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await add({ old: 0, size: 0 })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});

describe('reading a witness', () => {
  it('gives the newest head as C2SP has it, and 404 before there is one', async () => {
    const path = `/${hash}/checkpoint`;
    expect(await ask(path)).toMatchObject({ status: 404 });
    const { text: line } = await add({ old: 0, size: 2 });
    const { status, type, text } = await ask(path);
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(text).toBe(`${log.note(2)}${line}`);
    expect(parseSignedNote(text).text).toBe(log.text(2));
  });

  it('pages through the checkpoints, from the first or from a size', async () => {
    await add({ old: 0, size: 1 });
    for (let size = 2; size <= 7; size++) await add({ old: size - 1, size });
    const sizes: unknown[] = [];
    let path: string | null = `/${hash}/checkpoints?limit=3`;
    while (path !== null) {
      const { items, cursor }: Record<string, unknown> = await read(path);
      for (const item of items as { size: number; kind: string }[]) sizes.push(item.size);
      path = typeof cursor === 'string' ? `/${hash}/checkpoints?limit=3&cursor=${cursor}` : null;
    }
    expect(sizes).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const { items } = await read(`/${hash}/checkpoints?from=5`);
    expect((items as { size: number }[]).map(({ size }) => size)).toEqual([5, 6, 7]);
    expect(await read(`/${hash}/checkpoints?from=8`)).toEqual({ items: [], cursor: null });
  });

  it.each([
    'cursor=1',
    'cursor=999999',
    'limit=0',
    'limit=101',
    'from=0&cursor=0',
    'from=-1',
    'x=1',
  ])('refuses %s', async (query) => {
    await add({ old: 0, size: 2 });
    expect(await ask(`/${hash}/checkpoints?${query}`)).toMatchObject({ status: 400 });
  });

  it('hands out the proofs of misbehaviour', async () => {
    await add({ old: 0, size: 5 });
    expect(await read(`/${hash}/split-views`)).toEqual({ items: [] });
    await add({ old: 5, size: 5, history: 1 });
    const { items } = await read(`/${hash}/split-views`);
    expect(items).toEqual([
      expect.objectContaining({ kind: 'split-view', size: 5, note: log.note(5, 1) }),
    ]);
    const { reasons } = await read('/readyz');
    expect(String(reasons)).toContain('misbehaviour');
  });

  it('lists its logs, with its key', async () => {
    await add({ old: 0, size: 2 });
    const first = await read('/logs?limit=1');
    expect(first).toMatchObject({ cursor: '1', verifierKey: service.verifierKey });
    expect(first['items']).toEqual([
      expect.objectContaining({
        ...{ origin: log.origin, originHash: hash, splitViews: 0 },
        newest: expect.objectContaining({ size: 2 }) as unknown,
      }),
    ]);
    const second = await read('/logs?cursor=1');
    expect(second).toMatchObject({ cursor: null, items: [{ origin: other.origin, newest: null }] });
    expect(await ask('/logs?cursor=3')).toMatchObject({ status: 400 });
  });

  it('knows nothing of other logs', async () => {
    const unknown = 'ab'.repeat(32);
    for (const what of ['checkpoint', 'checkpoints', 'split-views']) {
      expect(await ask(`/${unknown}/${what}`)).toMatchObject({ status: 404 });
      expect(await ask(`/${unknown.toUpperCase()}/${what}`)).toMatchObject({ status: 400 });
    }
  });

  it('says that it lives and takes checkpoints', async () => {
    expect(await read('/healthz')).toEqual({ status: 'ok' });
    expect(await read('/readyz')).toEqual({ ready: true, reasons: [] });
  });

  it('describes itself', async () => {
    const { paths } = await read('/openapi.json');
    expect(Object.keys(paths as object).sort()).toEqual([
      '/add-checkpoint',
      '/healthz',
      '/logs',
      '/readyz',
      '/{origin}/checkpoint',
      '/{origin}/checkpoints',
      '/{origin}/split-views',
    ]);
  });
});

describe('a witness that stops', () => {
  it('goes on where it was', async () => {
    await add({ old: 0, size: 2 });
    await service.close();
    service = await serveWitness(places, [log, other]);
    expect((await add({ old: 0, size: 3 })).text).toBe('2\n');
    expect((await add({ old: 2, size: 3 })).text).toMatch(/^— /);
  });
});
