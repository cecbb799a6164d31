import { describe, expect, it } from '@jest/globals';
import { accessEntries } from '../../access/support/disclosures.js';
import { answer, problem } from '../../api/support/ledger-client.js';
import { openSuiteService } from '../../support/suite-service.js';
import type { TestService } from '../../support/test-service.js';
import { EventClient } from './support/event-client.js';
import { act, filePath, list, makeDrive, paths, put, textOf } from './support/files-client.js';

let node: TestService;
openSuiteService((opened) => {
  node = opened;
});

interface Key {
  readonly id: string;
  readonly key: string;
}

function newKey(role: string): Promise<Key> {
  return answer(node.request('/v1/keys', { json: { role } }), 201);
}

async function grant(
  drive: string,
  id: string,
  prefix: string,
  right: string,
  more: object = {},
): Promise<string> {
  const json = { to: { key: id }, prefix, right, ...more };
  const made = answer<{ id: string }>(node.request(`/v1/files/${drive}?grants`, { json }), 201);
  return (await made).id;
}

describe('a grant for a folder', () => {
  it('opens what is below it and nothing else, and its revocation shuts the next read', async () => {
    await makeDrive(node, 'team');
    for (const path of ['a/1', 'a/b/2', 'ab/3', 'c']) await put(node, 'team', path, `of ${path}`);
    const { id, key } = await newKey('none');
    const read = (path: string): Promise<Response> => node.request(filePath('team', path), { key });
    expect(await problem(read('a/1'), 403)).toBe('ACCESS_DENIED');
    const reading = await grant('team', id, 'a/', 'read');
    expect(await textOf(read('a/1'))).toBe('of a/1');
    expect(await textOf(read('a/b/2'))).toBe('of a/b/2');
    for (const path of ['ab/3', 'c', 'a']) expect((await read(path)).status).toBe(403);
    const listed = (query: string): Promise<Response> =>
      node.request(`/v1/files/team${query}`, { key });
    expect(paths(await answer(listed('?prefix=a/')))).toEqual(['a/1', 'a/b/2']);
    for (const query of ['', '?prefix=a', '?prefix=c', '?settings'])
      expect((await listed(query)).status).toBe(403);
    expect((await listed('?diff&from=0&prefix=a/')).status).toBe(200);
    expect((await listed('?diff&from=0')).status).toBe(403);
    const evidence = node.request(`${filePath('team', 'a/1')}?evidence`, { key });
    expect((await evidence).status).toBe(200);
    const write = (path: string): Promise<Response> =>
      node.request(filePath('team', path), { method: 'PUT', body: 'x', key });
    expect((await write('a/1')).status).toBe(403);
    // What is out of reach tells nobody that it is there.
    expect((await read('c')).status).toBe((await read('no')).status);

    const { items } = await answer<{ items: { id: string }[] }>(
      node.request('/v1/files/team?grants'),
    );
    expect(items).toMatchObject([{ id: reading, prefix: 'a/', right: 'read', to: { key: id } }]);
    await answer(node.request(`/v1/files/team?grant=${reading}`, { method: 'DELETE' }));
    expect(await problem(read('a/1'), 403)).toBe('ACCESS_DENIED');
    const again = node.request(`/v1/files/team?grant=${reading}`, { method: 'DELETE' });
    expect(await problem(again, 404)).toBe('FOLDER_GRANT_UNKNOWN');
  });

  it('to write is one to read, and asks at both ends of a copy', async () => {
    await makeDrive(node, 'ends');
    await put(node, 'ends', 'secret/s', 'secret');
    const { id, key } = await newKey('none');
    await grant('ends', id, 'in/', 'write');
    await grant('ends', id, 'out/', 'read');
    const options = { key };
    await put(node, 'ends', 'in/f', 'mine', options);
    expect(await textOf(node.request(filePath('ends', 'in/f'), options))).toBe('mine');
    const action = (path: string, name: string, json: object): Promise<Response> =>
      node.request(`${filePath('ends', path)}?action=${name}`, { json, key });
    expect((await action('in/f', 'copy', { to: 'in/g' })).status).toBe(201);
    expect((await action('in/f', 'copy', { to: 'out/g' })).status).toBe(403);
    expect((await action('in/f', 'move', { to: 'out/g' })).status).toBe(403);
    expect((await action('secret/s', 'copy', { to: 'in/s' })).status).toBe(403);
    expect((await action('in/f', 'move', { to: 'in/h' })).status).toBe(201);
    expect((await action('in/f', 'copy', { to: 'x', drive: 'team' })).status).toBe(403);
    const remove = node.request(
      `${filePath('ends', 'in/h')}?version=${'0'.repeat(64)}&bypass=governance`,
      { method: 'DELETE', key },
    );
    expect(await problem(remove, 403)).toBe('ACCESS_DENIED');
    const restore = (prefix: string): Promise<Response> =>
      node.request(`/v1/files/ends?action=restore&prefix=${prefix}`, { json: { asOf: '3' }, key });
    expect((await restore('in/')).status).toBe(200);
    expect((await restore('')).status).toBe(403);
  });

  it('opens a restricted drive at its place alone, and only there for whoever reads all others', async () => {
    await makeDrive(node, 'hidden');
    await put(node, 'hidden', 'open/me', 'open');
    await put(node, 'hidden', 'shut', 'shut');
    const { id, key } = await newKey('writer');
    const read = (path: string): Promise<Response> =>
      node.request(filePath('hidden', path), { key });
    expect(await textOf(read('shut'))).toBe('shut');
    const restrict = (restrictedTypes: object): Promise<Response> =>
      node.request('/v1/tenants/default', { method: 'PUT', json: { restrictedTypes } });
    const granted = await grant('hidden', id, 'open/me', 'read');
    expect((await restrict({ 'x.Restricted': 'hidden' })).status).toBe(200);
    expect(await textOf(read('open/me'))).toBe('open');
    // Writing elsewhere in the tenant is no right to write here.
    const write = node.request(filePath('hidden', 'open/me'), { method: 'PUT', body: 'x', key });
    expect((await write).status).toBeGreaterThanOrEqual(403);
    expect(await problem(read('shut'), 404)).toBe('DRIVE_UNKNOWN');
    expect(await problem(node.request('/v1/files/hidden', { key }), 404)).toBe('DRIVE_UNKNOWN');
    const copy = node.request(`${filePath('hidden', 'open/me')}?action=copy`, {
      ...{ json: { to: 'x' }, key },
    });
    expect((await copy).status).toBe(404);
    await answer(node.request(`/v1/files/hidden?grant=${granted}`, { method: 'DELETE' }), 404);
    await answer(restrict({}));
    expect(await textOf(read('shut'))).toBe('shut');
  });

  it('is refused where it ends in the past, or is for no folder', async () => {
    await makeDrive(node, 'refused');
    const wrong = (json: object): Promise<Response> =>
      node.request('/v1/files/refused?grants', {
        json: { to: { identity: 'x' }, right: 'read', ...json },
      });
    const past = { expiresAt: '2020-01-01T00:00:00.000Z' };
    expect(await problem(wrong(past), 400)).toBe('REQUEST_INVALID');
    expect(await problem(wrong({ prefix: 'a/../b' }), 400)).toBe('FILE_PATH_REFUSED');
  });

  it('is no way around two persons', async () => {
    await makeDrive(node, 'two-persons');
    const { id } = await newKey('none');
    const settings = await node.request('/v1/tenants/default', {
      method: 'PUT',
      json: { approvals: true },
    });
    expect(settings.status).toBe(200);
    const asked = node.request('/v1/files/two-persons?grants', {
      json: { to: { key: id }, right: 'read' },
    });
    expect(await problem(asked, 403)).toBe('ACCESS_APPROVAL_NEEDED');
    await answer(node.request('/v1/tenants/default', { method: 'PUT', json: {} }));
  });
});

describe('changes', () => {
  it('come as they are made, with their paths, and go on where the client has come to', async () => {
    await makeDrive(node, 'live');
    const url = `${node.service.url}/v1/files/live?events`;
    const client = await EventClient.open(url, node.adminKey);
    const coming = client.take(3);
    const began = Date.now();
    const { file } = await put(node, 'live', 'a', 'one');
    await act(node, 'live', 'a', 'tag', { tags: { x: 'y' } });
    await answer(node.request(filePath('live', 'a'), { method: 'DELETE' }));
    const came = await coming;
    expect(Date.now() - began).toBeLessThan(2000);
    expect(came.map(({ event, data }) => [event, data['action'], data['path']])).toEqual([
      ['change', 'put', 'a'],
      ['change', 'change', 'a'],
      ['change', 'delete', 'a'],
    ]);
    expect(came[0]).toMatchObject({
      id: String(file.index),
      data: { version: file.version, size: 3, etag: file.etag },
    });
    client.cut();
    await put(node, 'live', 'b/c', 'two');
    const after = await EventClient.open(url, node.adminKey, {
      'last-event-id': came[1]?.id ?? '',
    });
    const rest = await after.take(2);
    expect(rest.map(({ data }) => data['path'])).toEqual(['a', 'b/c']);
    after.cut();
    const below = await EventClient.open(`${url}&prefix=b/&from=0`, node.adminKey);
    expect((await below.take(1))[0]?.data['path']).toBe('b/c');
    below.cut();
    const beyond = node.request('/v1/files/live?events&from=9999');
    expect(await problem(beyond, 400)).toBe('LEDGER_SIZE_UNKNOWN');
  });

  it('are on record as shown, and end for whom a grant was taken back', async () => {
    await makeDrive(node, 'watched');
    const { id, key } = await newKey('none');
    const given = await grant('watched', id, 'a/', 'read');
    const url = `${node.service.url}/v1/files/watched?events&prefix=a/`;
    const client = await EventClient.open(url, key);
    await put(node, 'watched', 'a/1', 'seen');
    expect((await client.take(1))[0]?.data['path']).toBe('a/1');
    const shown = (await accessEntries(node, { action: 'file:read' })).filter(
      ({ ledger }) => ledger === 'watched',
    );
    expect(shown.map(({ entries }) => entries?.count)).toEqual([0, 1]);
    await answer(node.request(`/v1/files/watched?grant=${given}`, { method: 'DELETE' }));
    await put(node, 'watched', 'a/2', 'unseen');
    expect(await client.isCut()).toBe(true);
    await expect(EventClient.open(url, key)).rejects.toThrow('403');
  });
});

describe('what is shown', () => {
  it('is on record before it is sent, without a path', async () => {
    await makeDrive(node, 'recorded');
    await put(node, 'recorded', 'private/of somebody', 'x', {
      headers: { 'chirograph-subject': 'somebody' },
    });
    await textOf(node.request(filePath('recorded', 'private/of somebody')));
    await list(node, 'recorded', '?prefix=private/');
    const own = (await accessEntries(node, { subject: 'somebody' })).filter(
      ({ ledger }) => ledger === 'recorded',
    );
    expect(own.map(({ action, entries }) => [action, entries?.count])).toEqual([
      ['file:read', 1],
      ['file:read', 1],
    ]);
    expect(JSON.stringify(own)).not.toContain('private/');
  });
});
