import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { answer, problem } from '../../api/support/ledger-client.js';
import { openSuiteService } from '../../support/suite-service.js';
import type { TestService } from '../../support/test-service.js';
import {
  act,
  filePath,
  list,
  type ListView,
  makeDrive,
  paths,
  put,
  textOf,
} from './support/files-client.js';

let node: TestService;
openSuiteService((opened) => {
  node = opened;
});

interface DiffView {
  readonly items: readonly {
    readonly path: string;
    readonly change: string;
    readonly before: { version: string } | null;
    readonly after: { version: string } | null;
  }[];
  readonly cursor: string | null;
}

function changesOf({ items }: DiffView): string[] {
  return items.map(({ path, change }) => `${change} ${path}`);
}

async function pages(query: string, drive: string): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: ListView = await list(node, drive, `${query}${more}`);
    found.push([...paths(page), ...page.prefixes]);
    cursor = page.cursor;
  }
  return found;
}

describe('a list', () => {
  it('goes by prefix and delimiter, a page at a time, each of one state', async () => {
    await makeDrive(node, 'lists');
    for (const path of ['a/1', 'a/2', 'a/b/3', 'b/4', 'c']) await put(node, 'lists', path, path);
    expect(await pages('?delimiter=/&limit=2', 'lists')).toEqual([['a/', 'b/'], ['c']]);
    expect(await pages('?prefix=a/&delimiter=/', 'lists')).toEqual([['a/1', 'a/2', 'a/b/']]);
    const first = await list(node, 'lists', '?limit=2');
    await put(node, 'lists', 'a/3', 'later');
    const second = await list(node, 'lists', `?limit=9&cursor=${first.cursor ?? ''}`);
    expect(paths(second)).toEqual(['a/b/3', 'b/4', 'c']);
    expect(second.asOf).toEqual(first.asOf);
    const other = node.request(`/v1/files/lists?limit=2&prefix=a/&cursor=${first.cursor ?? ''}`);
    expect(await problem(other, 400)).toBe('CURSOR_INVALID');
    expect(await problem(node.request('/v1/files/lists?limit=0'), 400)).toBe('REQUEST_INVALID');
    expect(await problem(node.request('/v1/files/lists?versions&diff'), 400)).toBe(
      'REQUEST_INVALID',
    );
    const versions = await list(node, 'lists', '?versions&prefix=a/&limit=3');
    expect(versions.items).toHaveLength(3);
    const rest = await list(
      node,
      'lists',
      `?versions&prefix=a/&limit=3&cursor=${versions.cursor ?? ''}`,
    );
    expect(paths(rest)).toEqual(['a/b/3']);
  });

  it('of versions of one path has no other that begins so', async () => {
    await makeDrive(node, 'exact');
    for (let n = 0; n < 5; n++) await put(node, 'exact', 'x', `${n}`);
    await put(node, 'exact', 'xy', 'z');
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path = `${filePath('exact', 'x')}?versions&limit=2${cursor && `&cursor=${cursor}`}`;
      const page: ListView = await answer(node.request(path));
      expect(new Set(paths(page))).toEqual(new Set(['x']));
      seen.push(...page.items.map(({ index }) => index));
      cursor = page.cursor;
    }
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect(seen).toHaveLength(5);
  });
});

describe('a drive as it was', () => {
  it('is listed and read as of a size, an instant and a snapshot', async () => {
    await makeDrive(node, 'past');
    const one = await put(node, 'past', 'f', 'one');
    const size = one.receipt.index + 1;
    const made = await answer(node.request('/v1/files/past?snapshot=q1', { method: 'PUT' }), 201);
    expect(made).toEqual({ name: 'q1', size });
    await put(node, 'past', 'f', 'two');
    await put(node, 'past', 'g', 'new');
    for (const asOf of [String(size), '@q1', one.receipt.recordedAt]) {
      const then = encodeURIComponent(asOf);
      expect(await textOf(node.request(`${filePath('past', 'f')}?asOf=${then}`))).toBe('one');
      expect(paths(await list(node, 'past', `?asOf=${then}`))).toEqual(['f']);
    }
    const later = node.request(`${filePath('past', 'g')}?asOf=${size}`);
    expect(await problem(later, 404)).toBe('FILE_UNKNOWN');
    expect(await problem(node.request('/v1/files/past?asOf=999'), 400)).toBe('LEDGER_SIZE_UNKNOWN');
    expect(await problem(node.request('/v1/files/past?asOf=@q2'), 404)).toBe('SNAPSHOT_UNKNOWN');
    const again = node.request('/v1/files/past?snapshot=q1', { method: 'PUT' });
    expect(await problem(again, 409)).toBe('SNAPSHOT_EXISTS');
    await answer(node.request(`/v1/files/past?snapshot=q0&asOf=2`, { method: 'PUT' }), 201);
    const snapshots = await answer<{ items: object[] }>(node.request('/v1/files/past?snapshots'));
    expect(snapshots.items).toMatchObject([
      { name: 'q1', size },
      { name: 'q0', size: 2 },
    ]);
  });

  it('differs from what it is by what was added, removed and changed', async () => {
    await makeDrive(node, 'diffs');
    for (const path of ['a', 'b', 'c', 'd/1']) await put(node, 'diffs', path, path);
    await answer(node.request('/v1/files/diffs?snapshot=s', { method: 'PUT' }), 201);
    await put(node, 'diffs', 'b', 'other');
    await put(node, 'diffs', 'e', 'new');
    await answer(node.request(filePath('diffs', 'c'), { method: 'DELETE' }));
    const diff = (query: string): Promise<DiffView> =>
      answer(node.request(`/v1/files/diffs?diff&${query}`));
    expect(changesOf(await diff('from=@s'))).toEqual(['changed b', 'removed c', 'added e']);
    expect(changesOf(await diff('from=0&to=@s'))).toEqual([
      ...['added a', 'added b', 'added c', 'added d/1'],
    ]);
    expect(changesOf(await diff('from=@s&prefix=d/'))).toEqual([]);
    const first = await diff('from=@s&limit=1');
    const second = await diff(`from=@s&limit=2&cursor=${first.cursor ?? ''}`);
    expect([...changesOf(first), ...changesOf(second)]).toEqual([
      ...['changed b', 'removed c', 'added e'],
    ]);
    expect(second.cursor).toBeNull();
  });

  it('is made so again, a file or a folder, and nothing leaves the history', async () => {
    await makeDrive(node, 'restored');
    for (const path of ['f/1', 'f/2', 'g']) await put(node, 'restored', path, path);
    const { asOf } = await list(node, 'restored');
    await put(node, 'restored', 'f/1', 'broken');
    await answer(node.request(filePath('restored', 'f/2'), { method: 'DELETE' }));
    await put(node, 'restored', 'f/3', 'junk');
    await put(node, 'restored', 'g', 'stays');
    const restore = async (cursor: string | null): Promise<{ cursor: string | null }> =>
      answer(
        node.request('/v1/files/restored?action=restore&prefix=f/', {
          json: { asOf: String(asOf.size), limit: 1, ...(cursor !== null && { cursor }) },
        }),
      );
    let page = await restore(null);
    let count = 1;
    for (; page.cursor !== null; count++) page = await restore(page.cursor);
    expect(count).toBeGreaterThan(2);
    expect(await textOf(node.request(filePath('restored', 'f/1')))).toBe('f/1');
    expect(await textOf(node.request(filePath('restored', 'f/2')))).toBe('f/2');
    expect(paths(await list(node, 'restored'))).toEqual(['f/1', 'f/2', 'g']);
    expect(await textOf(node.request(filePath('restored', 'g')))).toBe('stays');
    expect(paths(await list(node, 'restored', '?versions&prefix=f/'))).toEqual([
      ...['f/1', 'f/1', 'f/1', 'f/2', 'f/2', 'f/2', 'f/3', 'f/3'],
    ]);
    const one = await act(node, 'restored', 'g', 'restore', { asOf: String(asOf.size) }, 201);
    expect(await textOf(node.request(filePath('restored', 'g')))).toBe('g');
    expect(one.file.version).not.toBe('');
    const same = await answer(
      node.request(`${filePath('restored', 'g')}?action=restore`, {
        json: { version: one.file.version },
      }),
    );
    expect(same).toEqual({ unchanged: true });
    const both = node.request(`${filePath('restored', 'g')}?action=restore`, { json: {} });
    expect(await problem(both, 400)).toBe('REQUEST_INVALID');
  });
});

describe('evidence of a version', () => {
  it('says the SHA-256 of its content, and verifies', async () => {
    await makeDrive(node, 'proofs');
    const { file } = await put(node, 'proofs', 'contract.pdf', 'the contract');
    await put(node, 'proofs', 'contract.pdf', 'another');
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    const path = `${filePath('proofs', 'contract.pdf')}?evidence&version=${file.version}`;
    const evidence = await (await node.request(path)).text();
    const report = await answer<{ verdict: string; record: { payload: { sha256: string } } }>(
      node.request('/v1/verify', {
        body: evidence,
        headers: { 'content-type': 'application/json' },
      }),
    );
    const sha256 = createHash('sha256').update('the contract').digest('hex');
    expect(JSON.stringify(report)).toContain(sha256);
    const proof = node.request(`${path}&format=tlog-proof`);
    expect(await problem(proof, 400)).toBe('REQUEST_INVALID');
    const ots = await node.request(`${path}&format=ots`);
    expect(ots.headers.get('content-type')).toBe('application/vnd.opentimestamps.ots');
    const gone = node.request(`${filePath('proofs', 'no')}?evidence`);
    expect(await problem(gone, 404)).toBe('FILE_UNKNOWN');
  });
});

describe('a drive', () => {
  it('is made once, set and removed when it is empty', async () => {
    const made = await makeDrive(node, 'settings', { quota: { bytes: 10 }, tags: { team: 'a' } });
    expect(made).toMatchObject({
      ...{ name: 'settings', versioning: 'on', quota: { bytes: 10 }, tags: { team: 'a' } },
      ...{ subject: 'drive:settings', usage: { files: 0, bytes: 0 } },
    });
    const again = node.request('/v1/files/settings', { method: 'PUT', json: {} });
    expect(await problem(again, 409)).toBe('DRIVE_EXISTS');
    const badly = node.request('/v1/files/No_Drive', { method: 'PUT', json: {} });
    expect(await problem(badly, 400)).toBe('DRIVE_NAME_REFUSED');
    const large = node.request(filePath('settings', 'f'), { method: 'PUT', body: 'x'.repeat(11) });
    expect(await problem(large, 507)).toBe('FILES_QUOTA');
    const patch = (json: object): Promise<Response> =>
      node.request('/v1/files/settings', { method: 'PATCH', json });
    expect(await answer(patch({ quota: null, tags: null }))).not.toHaveProperty('quota');
    await put(node, 'settings', 'f', 'x'.repeat(11));
    const locked = await answer(
      patch({ lock: { default: { mode: 'governance', days: 2 } }, versioning: 'on' }),
    );
    expect(locked).toMatchObject({ lock: { default: { mode: 'governance', days: 2 } } });
    expect(await problem(patch({ versioning: 'suspended' }), 409)).toBe('DRIVE_SETTINGS_REFUSED');
    const full = node.request('/v1/files/settings', { method: 'DELETE' });
    expect(await problem(full, 409)).toBe('DRIVE_NOT_EMPTY');
    await makeDrive(node, 'short-lived');
    expect((await node.request('/v1/files/short-lived', { method: 'DELETE' })).status).toBe(204);
    expect(await problem(node.request('/v1/files/short-lived'), 404)).toBe('DRIVE_UNKNOWN');
    const drives = await answer<{ items: { name: string }[] }>(
      node.request('/v1/files?limit=1000'),
    );
    const names = drives.items.map(({ name }) => name);
    expect(names).toContain('settings');
    expect(names).not.toContain('short-lived');
    expect(names).toEqual([...names].sort());
    const first = await answer<{ items: object[]; cursor: string }>(
      node.request('/v1/files?limit=1'),
    );
    const second = await answer<{ items: { name: string }[] }>(
      node.request(`/v1/files?limit=1&cursor=${first.cursor}`),
    );
    expect(second.items[0]?.name).toBe(names[1]);
    const settings = await answer(node.request('/v1/files/settings?settings'));
    expect(settings).toMatchObject({ usage: { files: 1, bytes: 11 } });
  });
});
