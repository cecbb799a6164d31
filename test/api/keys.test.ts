import { describe, expect, it } from '@jest/globals';
import { startTestNode } from './support/test-node.js';

const node = await startTestNode();

interface KeyView {
  readonly id: string;
  readonly tenant: string;
  readonly role: string;
  readonly key: string;
}

const post = (body: unknown, key?: string): Promise<Response> =>
  node.fetch('/v1/keys', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...(key === undefined ? {} : { key }),
  });

async function create(body: unknown, key = node.adminKey): Promise<KeyView> {
  const response = await post(body, key);
  expect(response.status).toBe(201);
  return (await response.json()) as KeyView;
}

async function problemCode(response: Response): Promise<unknown> {
  return ((await response.json()) as { code: unknown }).code;
}

describe('POST /v1/keys', () => {
  it('makes a key that works, and shows it once', async () => {
    const created = await create({ role: 'admin', label: 'second', author: 'alice' });
    expect(created).toMatchObject({ role: 'admin', tenant: 'default', label: 'second' });
    const list = await node.fetch('/v1/keys', { key: created.key });
    expect(list.status).toBe(200);
    expect(await list.text()).not.toContain(created.key.slice(16));
  });

  it.each([
    ['a role that is none', { role: 'root' }],
    ['no role', {}],
    ['an unknown member', { role: 'reader', roles: [] }],
    ['a label of control characters', { role: 'reader', label: 'a\u0000b' }],
    ['a label that is too long', { role: 'reader', label: 'x'.repeat(201) }],
    ['a number for a label', { role: 'reader', label: 7 }],
    ['null for a label', { role: 'reader', label: null }],
    ['an author that is another key', { role: 'writer', author: 'key:0123456789ab' }],
    ['a tenant name with a slash', { role: 'admin', tenant: '../bank' }],
    ['an S3 credential for an inspector', { role: 'inspector', s3: true }],
    ['an S3 credential that is denied in words', { role: 'reader', s3: false }],
    ['a list', [{ role: 'reader' }]],
    ['a text', 'reader'],
  ])('refuses %s', async (_what, body) => {
    const response = await post(body, node.adminKey);
    expect(response.status).toBe(400);
    expect(await problemCode(response)).toBe('REQUEST_INVALID');
  });

  it('makes an S3 credential where one is asked for, and shows its secret once', async () => {
    const created = await create({ role: 'writer', s3: true });
    const { accessKeyId, secretAccessKey } = created as unknown as Record<string, string>;
    expect(accessKeyId).toMatch(/^CHIROS3K[0-9A-F]{12}$/);
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9_-]{40}$/);
    const list = await (await node.fetch('/v1/keys', { key: node.adminKey })).text();
    expect(list).toContain(accessKeyId);
    expect(list).not.toContain(secretAccessKey);
    const other = await create({ role: 'writer' });
    expect(other).not.toHaveProperty('accessKeyId');
    expect(other).not.toHaveProperty('secretAccessKey');
  });

  it('says where a body is wrong, and repeats no strange names from it', async () => {
    const named = await post({ role: 'reader', rolle: 1 }, node.adminKey);
    expect(await named.json()).toMatchObject({
      detail: 'the body: has an unknown member "rolle"',
      errors: [{ pointer: '', detail: 'has an unknown member "rolle"' }],
    });
    const strange = await post({ role: 'reader', '<script>': 1 }, node.adminKey);
    expect(await strange.text()).not.toContain('script');
  });

  it('is for admins', async () => {
    for (const role of ['reader', 'writer'] as const) {
      const response = await post({ role: 'reader' }, await node.newKey(role));
      expect(response.status).toBe(403);
      expect(await problemCode(response)).toBe('ACCESS_DENIED');
    }
  });

  it('founds a tenant for an admin of the default tenant, once, with an admin key', async () => {
    const asReader = await post({ role: 'reader', tenant: 'bank-a' }, node.adminKey);
    expect(asReader.status).toBe(403);
    const { key } = await create({ role: 'admin', tenant: 'bank-a' });
    expect((await post({ role: 'admin', tenant: 'bank-a' }, node.adminKey)).status).toBe(403);
    expect(await create({ role: 'writer' }, key)).toMatchObject({ tenant: 'bank-a' });
    expect((await post({ role: 'admin', tenant: 'bank-b' }, key)).status).toBe(403);
  });
});

describe('GET /v1/keys', () => {
  it('goes through all keys of the tenant, page by page', async () => {
    const admin = (await create({ role: 'admin', tenant: 'bank-pages' })).key;
    for (let made = 0; made < 6; made++) await create({ role: 'reader' }, admin);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const response = await node.fetch(`/v1/keys?limit=3${query}`, { key: admin });
      const page = (await response.json()) as { items: KeyView[]; cursor: string | null };
      ids.push(...page.items.map(({ id }) => id));
      expect(page.items.length).toBeLessThanOrEqual(3);
      cursor = page.cursor;
    } while (cursor !== null);
    expect(new Set(ids).size).toBe(7);
    expect(ids).toHaveLength(7);
  });

  it("refuses another tenant's cursor", async () => {
    const admin = (await create({ role: 'admin', tenant: 'bank-cursor' })).key;
    await create({ role: 'reader' }, admin);
    const page = await node.fetch('/v1/keys?limit=1', { key: admin });
    const { cursor } = (await page.json()) as { cursor: string };
    const response = await node.fetch(`/v1/keys?cursor=${cursor}`, { key: node.adminKey });
    expect(response.status).toBe(400);
    expect(await problemCode(response)).toBe('CURSOR_INVALID');
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=1e2',
    'limit=',
    'limit=1&limit=2',
    'limit[a]=1',
    'offset=3',
    '__proto__=1',
    'constructor=1',
  ])('refuses ?%s', async (query) => {
    const response = await node.fetch(`/v1/keys?${query}`, { key: node.adminKey });
    expect(response.status).toBe(400);
    expect(await problemCode(response)).toBe('REQUEST_INVALID');
  });
});

describe('DELETE /v1/keys/{id}', () => {
  const remove = (id: string, key = node.adminKey): Promise<Response> =>
    node.fetch(`/v1/keys/${id}`, { method: 'DELETE', key });

  it('revokes the key, and a second time says the same', async () => {
    const { id, key } = await create({ role: 'admin' });
    const first = await remove(id);
    expect(first.status).toBe(200);
    expect(await (await remove(id)).json()).toEqual(await first.json());
    const refused = await node.fetch('/v1/keys', { key });
    expect(refused.status).toBe(401);
    expect(await problemCode(refused)).toBe('ACCESS_KEY_REVOKED');
  });

  it("does not find another tenant's key, or what is no id", async () => {
    const { key } = await create({ role: 'admin', tenant: 'bank-delete' });
    const mine = await create({ role: 'reader' });
    expect((await remove(mine.id, key)).status).toBe(404);
    expect((await remove('xyz')).status).toBe(400);
  });

  it('leaves the last admin key', async () => {
    const { id, key } = await create({ role: 'admin', tenant: 'bank-last' });
    const response = await remove(id, key);
    expect(response.status).toBe(409);
    expect(await problemCode(response)).toBe('ACCESS_LAST_ADMIN');
  });
});

describe('without a good key', () => {
  it('a request is told how to log in', async () => {
    const missing = await node.fetch('/v1/keys');
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="chirograph"');
    const unknown = await node.fetch('/v1/keys', { key: 'nonsense' });
    expect(unknown.headers.get('www-authenticate')).toBe(
      'Bearer realm="chirograph", error="invalid_token"',
    );
    expect(await problemCode(unknown)).toBe('ACCESS_KEY_UNKNOWN');
  });

  it('the body of a request is not even looked at', async () => {
    expect((await post({ role: 'root' })).status).toBe(401);
  });
});
