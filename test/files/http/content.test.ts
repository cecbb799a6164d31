import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { answer, problem, verifyReceipt } from '../../api/support/ledger-client.js';
import { RawConnection } from '../../api/support/raw-http.js';
import { openSuiteService } from '../../support/suite-service.js';
import type { TestService } from '../../support/test-service.js';
import {
  act,
  filePath,
  list,
  makeDrive,
  noise,
  paths,
  put,
  textOf,
} from './support/files-client.js';

let node: TestService;
openSuiteService(async (opened) => {
  node = opened;
  await makeDrive(node, 'desk');
});

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  node.request(filePath('desk', path), { headers });

describe('content', () => {
  it('comes back byte for byte, with what was said of it, and a receipt that holds', async () => {
    const bytes = noise(200_000);
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const { file, receipt } = await put(node, 'desk', 'a/b c/ü.bin', bytes, {
      headers: {
        'content-type': 'application/x-noise',
        'content-disposition': 'attachment; filename="n.bin"',
        'chirograph-meta-origin': encodeURIComponent('Büro 7'),
        'chirograph-tags': 'a=1&b=2',
        'repr-digest': `sha-256=:${sha256}:`,
      },
    });
    const { verifierKey } = await answer<{ verifierKey: string }>(node.request('/v1/ledgers/desk'));
    verifyReceipt(receipt, verifierKey);
    expect(file).toMatchObject({ path: 'a/b c/ü.bin', size: 200_000, isLatest: true });
    expect(file).toMatchObject({ subject: 'drive:desk', tags: { a: '1', b: '2' } });
    const response = await get('a/b c/ü.bin');
    const { headers } = response;
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(headers.get('content-type')).toBe('application/x-noise');
    expect(headers.get('content-disposition')).toBe('attachment; filename="n.bin"');
    expect(headers.get('chirograph-meta-origin')).toBe('B%C3%BCro%207');
    expect(headers.get('repr-digest')).toBe(`sha-256=:${sha256}:`);
    expect(headers.get('etag')).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
    expect(headers.get('chirograph-version')).toBe(file.version);
    const said = await answer(node.request(`${filePath('desk', 'a/b c/ü.bin')}?metadata`));
    expect(said).toMatchObject({
      version: file.version,
      sha256: Buffer.from(sha256, 'base64').toString('hex'),
      metadata: { origin: 'Büro 7' },
    });
    const head = await node.request(filePath('desk', 'a/b c/ü.bin'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      ...[200, '200000', ''],
    ]);
  });

  it('may be empty, or as short as fits into its entry', async () => {
    await put(node, 'desk', 'empty', '');
    const empty = await get('empty');
    expect([empty.headers.get('content-length'), await empty.text()]).toEqual(['0', '']);
    await put(node, 'desk', 'short', 'x'.repeat(4096));
    expect(await textOf(get('short'))).toBe('x'.repeat(4096));
  });

  it('is given in ranges, and the whole where several are asked for', async () => {
    const bytes = noise(150_000, 7);
    const { file } = await put(node, 'desk', 'ranges', bytes);
    const range = async (value: string, more: Record<string, string> = {}): Promise<unknown[]> => {
      const response = await get('ranges', { range: value, ...more });
      const body = digestOf(new Uint8Array(await response.arrayBuffer()));
      return [response.status, response.headers.get('content-range'), body];
    };
    const part = (start: number, end: number): string => digestOf(bytes.subarray(start, end));
    expect(await range('bytes=65530-65545')).toEqual([
      ...[206, 'bytes 65530-65545/150000', part(65_530, 65_546)],
    ]);
    expect(await range('bytes=-5')).toEqual([
      ...[206, 'bytes 149995-149999/150000', part(149_995, 150_000)],
    ]);
    expect(await range('bytes=149999-')).toEqual([
      ...[206, 'bytes 149999-149999/150000', part(149_999, 150_000)],
    ]);
    for (const whole of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=9-3'])
      expect(await range(whole)).toEqual([200, null, digestOf(bytes)]);
    // If-Range names another content: all of this one.
    expect((await range('bytes=0-1', { 'if-range': '"other"' }))[0]).toBe(200);
    expect((await range('bytes=0-1', { 'if-range': `"${file.etag}"` }))[0]).toBe(206);
    const beyond = await get('ranges', { range: 'bytes=150000-' });
    expect(beyond.headers.get('content-range')).toBe('bytes */150000');
    expect(await problem(beyond, 416)).toBe('FILE_RANGE_REFUSED');
  });

  it('is not sent again to whoever has it, and not overwritten by whoever does not know it', async () => {
    const { file } = await put(node, 'desk', 'conditions', 'one');
    const etag = `"${file.etag}"`;
    const same = await get('conditions', { 'if-none-match': `W/${etag}` });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, '']);
    const since = await get('conditions', { 'if-modified-since': new Date().toUTCString() });
    expect(since.status).toBe(304);
    expect(await problem(get('conditions', { 'if-match': '"other"' }), 412)).toBe('FILE_CHANGED');
    const write = (headers: Record<string, string>): Promise<Response> =>
      node.request(filePath('desk', 'conditions'), { method: 'PUT', body: 'two', headers });
    expect(await problem(write({ 'if-none-match': '*' }), 412)).toBe('FILE_CHANGED');
    expect(await problem(write({ 'if-match': '"other"' }), 412)).toBe('FILE_CHANGED');
    expect((await write({ 'if-match': etag })).status).toBe(201);
    // Ten at a time make one of it.
    const races = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        node.request(filePath('desk', 'once'), {
          ...{ method: 'PUT', body: `${n}`, headers: { 'if-none-match': '*' } },
        }),
      ),
    );
    expect(races.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 412),
    ]);
  });

  it('that is not what its sender says makes no version', async () => {
    const wrong = Buffer.alloc(16).toString('base64');
    const send = (headers: Record<string, string>): Promise<Response> =>
      node.request(filePath('desk', 'wrong'), { method: 'PUT', body: 'content', headers });
    for (const headers of [
      { 'content-md5': wrong },
      { 'repr-digest': `md5=:${wrong}:` },
      { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` },
      { digest: `SHA=${Buffer.alloc(20).toString('base64')}` },
    ])
      expect(await problem(send(headers), 400)).toBe('FILE_CONTENT_DIFFERS');
    for (const headers of [
      { 'content-md5': 'no' },
      { 'repr-digest': 'sha-512=:AA==:' },
      { digest: 'md5' },
    ])
      expect(await problem(send(headers), 400)).toBe('REQUEST_INVALID');
    expect(await problem(get('wrong'), 404)).toBe('FILE_UNKNOWN');
    const md5 = createHash('md5').update('content').digest('base64');
    const sha = createHash('sha1').update('content').digest('base64');
    expect((await send({ 'content-md5': md5, digest: `sha=${sha},MD5=${md5}` })).status).toBe(201);
  });

  it('that is cut makes no version', async () => {
    const raw = await RawConnection.open(node.service.url);
    raw.send(
      `PUT /v1/files/desk/cut HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${node.adminKey}\r\n` +
        'Content-Length: 100000\r\n\r\n' +
        'x'.repeat(90_000),
    );
    raw.destroy();
    // A request of its own comes to its end after what was sent before it.
    await put(node, 'desk', 'after', 'y');
    expect(await problem(get('cut'), 404)).toBe('FILE_UNKNOWN');
  });

  it('put again under its idempotency key is one version', async () => {
    const options = { headers: { 'idempotency-key': 'the-key' } };
    const first = await put(node, 'desk', 'repeated', 'once', options);
    const second = await put(node, 'desk', 'repeated', 'once', options);
    expect(second.file.version).toBe(first.file.version);
    const other = node.request(filePath('desk', 'repeated'), {
      ...{ method: 'PUT', body: 'other', ...options },
    });
    expect(await problem(other, 409)).toBe('LEDGER_IDEMPOTENCY_CONFLICT');
  });

  it('of somebody is erased with them alone, so it can be theirs', async () => {
    const { file } = await put(node, 'desk', 'theirs', 'x', {
      headers: { 'chirograph-subject': encodeURIComponent('Kundin 7') },
    });
    expect(file.subject).toBe('Kundin 7');
  });
});

describe('paths', () => {
  it('are as they were sent, whatever Unicode they are', async () => {
    await makeDrive(node, 'odd');
    const odd = ['a//b', '/a', 'e\u0301', 'é', '\u{1f4be} x', 'x?y#z%', 'con .', '…/..x', 'tail/'];
    for (const path of odd) await put(node, 'odd', path, path);
    for (const path of odd) expect(await textOf(node.request(filePath('odd', path)))).toBe(path);
    expect(paths(await list(node, 'odd')).sort()).toEqual([...odd].sort());
    // An encoded slash is a slash.
    expect(await textOf(node.request('/v1/files/odd/tail%2F'))).toBe('tail/');
  });

  it('that lead elsewhere are refused, however they are written', async () => {
    for (const path of ['/v1/files/desk/a%2F..%2Fb', '/v1/files/desk/..%2Fb', '/v1/files/desk/%00'])
      expect(await problem(node.request(path), 400)).toBe('FILE_PATH_REFUSED');
    const raw = await RawConnection.open(node.service.url);
    raw.send(
      `GET /v1/files/desk/../desk/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${node.adminKey}\r\n\r\n`,
    );
    await raw.until('FILE_PATH_REFUSED');
    raw.destroy();
    expect(await problem(node.request('/v1/files/desk/%ff'), 400)).toBe('REQUEST_INVALID');
    const long = node.request(filePath('desk', 'x'.repeat(1025)));
    expect(await problem(long, 400)).toBe('FILE_PATH_REFUSED');
  });
});

describe('versions', () => {
  it('are listed, read, taken out and undeleted', async () => {
    const one = await put(node, 'desk', 'v', 'one');
    const two = await put(node, 'desk', 'v', 'two');
    await put(node, 'desk', 'v2', 'other');
    const deleted = await answer<{ file: { kind: string; version: string } }>(
      node.request(filePath('desk', 'v'), { method: 'DELETE' }),
    );
    expect(deleted.file.kind).toBe('delete-marker');
    expect(await problem(get('v'), 404)).toBe('FILE_DELETED');
    const history = await answer<{ items: { version: string }[]; cursor: null }>(
      node.request(`${filePath('desk', 'v')}?versions`),
    );
    expect(history.items.map(({ version }) => version)).toEqual([
      ...[deleted.file.version, two.file.version, one.file.version],
    ]);
    const old = `${filePath('desk', 'v')}?version=${one.file.version}`;
    expect(await textOf(node.request(old))).toBe('one');
    await act(node, 'desk', 'v', 'undelete');
    expect(await textOf(get('v'))).toBe('two');
    const undeleted = node.request(`${filePath('desk', 'v')}?action=undelete`, { json: {} });
    expect(await problem(undeleted, 404)).toBe('FILE_UNKNOWN');
    await answer(node.request(old, { method: 'DELETE' }));
    expect(await problem(node.request(old), 404)).toBe('FILE_VERSION_UNKNOWN');
    // What it says of the newest, it says of one that is named.
    const unknown = `${filePath('desk', 'v')}?version=${'0'.repeat(64)}`;
    expect(await problem(node.request(unknown), 404)).toBe('FILE_VERSION_UNKNOWN');
  });

  it('of a drive without them are one, and gone when it is deleted', async () => {
    await makeDrive(node, 'plain', { versioning: 'off' });
    await put(node, 'plain', 'f', 'one');
    const { file } = await put(node, 'plain', 'f', 'two');
    expect(file).toMatchObject({ isNull: true });
    await answer(node.request(filePath('plain', 'f'), { method: 'DELETE' }));
    expect(paths(await list(node, 'plain', '?versions'))).toEqual([]);
    const again = node.request(filePath('plain', 'f'), { method: 'DELETE' });
    expect(await problem(again, 404)).toBe('FILE_UNKNOWN');
  });

  it('that are locked stay, but for an admin who passes over a governance lock', async () => {
    await makeDrive(node, 'locked', { lock: { default: { mode: 'governance', days: 1 } } });
    const { file } = await put(node, 'locked', 'f', 'one');
    const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const version = `${filePath('locked', 'f')}?version=${file.version}`;
    const remove = (more = '', key?: string): Promise<Response> =>
      node.request(`${version}${more}`, { method: 'DELETE', ...(key !== undefined && { key }) });
    expect(await problem(remove(), 409)).toBe('FILE_LOCKED');
    const { key } = await answer<{ key: string }>(
      node.request('/v1/keys', { json: { role: 'writer' } }),
      201,
    );
    expect(await problem(remove('&bypass=governance', key), 403)).toBe('ACCESS_DENIED');
    await act(node, 'locked', 'f', 'hold', { hold: true });
    expect(await problem(remove('&bypass=governance'), 409)).toBe('FILE_LOCKED');
    const held = await act(node, 'locked', 'f', 'hold', { hold: false });
    expect(held.file).not.toHaveProperty('hold');
    await answer(remove('&bypass=governance'));
    const strict = await put(node, 'locked', 'g', 'one', {
      headers: { 'chirograph-lock-mode': 'compliance', 'chirograph-lock-until': until },
    });
    expect(strict.file).toMatchObject({ lock: { mode: 'compliance', until } });
    const shorter = new Date(Date.now() + 86_400_000).toISOString();
    const change = node.request(`${filePath('locked', 'g')}?action=lock`, {
      json: { lock: { mode: 'compliance', until: shorter }, bypass: 'governance' },
    });
    expect(await problem(change, 409)).toMatch(/^FILE_LOCK/);
  });
});

describe('actions', () => {
  it('copy and move, keeping what was said', async () => {
    await makeDrive(node, 'archive');
    await put(node, 'desk', 'source', 'text', { headers: { 'content-type': 'text/x-odd' } });
    const copied = await act(
      node,
      'desk',
      'source',
      'copy',
      { to: 'x/copy', drive: 'archive' },
      201,
    );
    expect(copied.file).toMatchObject({ path: 'x/copy', mediaType: 'text/x-odd' });
    expect(await textOf(node.request(filePath('archive', 'x/copy')))).toBe('text');
    const moved = await act(node, 'desk', 'source', 'move', { to: 'moved' }, 201);
    expect(moved.file.path).toBe('moved');
    expect(await problem(get('source'), 404)).toBe('FILE_DELETED');
    expect(await textOf(get('moved'))).toBe('text');
    const none = node.request(`${filePath('desk', 'no')}?action=move`, { json: { to: 'b' } });
    expect(await problem(none, 404)).toBe('FILE_UNKNOWN');
    const odd = node.request(`${filePath('desk', 'moved')}?action=burn`, { json: {} });
    expect(await problem(odd, 400)).toBe('REQUEST_INVALID');
    const out = node.request(`${filePath('desk', 'moved')}?action=copy`, { json: { to: '../x' } });
    expect(await problem(out, 400)).toBe('FILE_PATH_REFUSED');
  });
});
