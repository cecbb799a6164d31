/** The S3 port of a whole node: its keys, its roles and its access ledger. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantName } from '../../../src/access/tenant-name.js';
import type { S3Access, S3Place } from '../../../src/gateways/s3/s3-access.js';
import { emptyAnswer, type S3Answer } from '../../../src/gateways/s3/s3-answer.js';
import type { S3Operations } from '../../../src/gateways/s3/s3-operations.js';
import type { S3Request } from '../../../src/gateways/s3/s3-request.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { openTestService, type TestService } from '../../support/test-service.js';
import { type Answered, ask } from './support/s3-node.js';

let node: TestService;
let root: string;

interface S3Key {
  readonly id: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const place: S3Place = { tenant: 'default' as TenantName, drive: 'papers' };
const FOREIGN: S3Place = { tenant: 'bank' as TenantName, drive: 'papers' };

const operations = (access: S3Access): S3Operations => ({
  GetObject: async (request: S3Request) => {
    await access.require(request, 'file:read', request.key === 'foreign' ? FOREIGN : place);
    return {
      ...emptyAnswer(200),
      disclosure: {
        ...{ ...place, ledger: 'papers', action: 'file:read' as const },
        ...{ question: { key: request.key ?? '' }, entries: [] },
      },
    };
  },
  CreateBucket: async (request: S3Request) => {
    await access.require(request, 'drive:create', { ...place, drive: null });
    return access.act(request, 'drive:create', place, { question: { drive: 'papers' } }, () =>
      Promise.resolve({ made: { drive: 'papers' }, result: emptyAnswer(200) }),
    );
  },
  DeleteBucket: (request: S3Request) =>
    access.act<S3Answer>(request, 'drive:configure', place, { question: {} }, () => {
      throw new Error('the disk is full');
    }),
});

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root, { s3Port: 0, s3Operations: operations });
});

afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function newKey(role: string): Promise<S3Key> {
  const response = await node.request('/v1/keys', { json: { role, s3: true } });
  expect(response.status).toBe(201);
  return (await response.json()) as S3Key;
}

function s3(credential: S3Key | null, method: string, path: string): Promise<Answered> {
  const port = Number(new URL(node.service.s3Url ?? '').port);
  return ask({ port } as Parameters<typeof ask>[0], { method, path, credential });
}

interface Entered {
  readonly payload: Record<string, unknown>;
}

async function entered(action: string): Promise<readonly Record<string, unknown>[]> {
  const response = await node.request(`/v1/access?action=${action}&limit=100`);
  const { items } = (await response.json()) as { items: Entered[] };
  return items.map(({ payload, ...rest }) => ({ ...rest, ...payload }));
}

describe('a node with an S3 port', () => {
  it('takes a key until it is revoked', async () => {
    const key = await newKey('reader');
    expect(await s3(key, 'GET', '/papers/a')).toMatchObject({ status: 200 });
    await node.request(`/v1/keys/${key.id}`, { method: 'DELETE' });
    expect(await s3(key, 'GET', '/papers/a')).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });

  it('does not take a key that was made for the API alone', async () => {
    const response = await node.request('/v1/keys', { json: { role: 'reader' } });
    const { id } = (await response.json()) as { id: string };
    const made = { id, accessKeyId: `CHIROS3K${id.toUpperCase()}`, secretAccessKey: 'x' };
    expect(await s3(made, 'GET', '/papers/a')).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });

  it('goes by roles, and enters what it shows, does and refuses', async () => {
    const [reader, writer] = [await newKey('reader'), await newKey('writer')];
    expect(await s3(reader, 'GET', '/papers/shown')).toMatchObject({ status: 200 });
    expect(await s3(reader, 'PUT', '/papers')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await s3(writer, 'PUT', '/papers')).toMatchObject({ status: 200 });
    expect(await s3(writer, 'DELETE', '/papers')).toMatchObject({ status: 500 });
    const shown = JSON.stringify(await entered('file:read'));
    expect(shown).toContain('"key":"shown"');
    const created = JSON.stringify(await entered('drive:create'));
    for (const outcome of ['begun', 'done', 'refused'])
      expect(created).toContain(`"outcome":"${outcome}"`);
    expect(created).toContain('"code":"ACCESS_DENIED"');
    expect(JSON.stringify(await entered('drive:configure'))).toContain('"outcome":"failed"');
  });

  it('lets nobody into the drives of another tenant, whatever the role', async () => {
    const admin = await newKey('admin');
    expect(await s3(admin, 'GET', '/papers/foreign')).toMatchObject({ status: 403 });
    expect(await s3(null, 'GET', '/papers/a')).toMatchObject({ status: 403 });
  });

  it('lets a grant in, but not one to inspect', async () => {
    const key = await newKey('none');
    expect(await s3(key, 'GET', '/papers/a')).toMatchObject({ status: 403 });
    for (const [role, status] of [
      ['inspector', 403],
      ['reader', 200],
    ] as const) {
      const grant = { to: { key: key.id }, role };
      const granted = await node.request('/v1/grants', { json: grant });
      expect(await granted.json()).toMatchObject({ role });
      expect(await s3(key, 'GET', '/papers/a')).toMatchObject({ status });
    }
  });

  it('says by name what it does not serve', async () => {
    expect(await s3(await newKey('reader'), 'GET', '/papers?acl')).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
  });
});
