/** The service as a whole: what it shows at the root, what it keeps over a restart, what it does by itself. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  ledgerOf,
  problem,
} from './api/support/ledger-client.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from './support/test-service.js';

let root: string;
let node: TestService;

beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root);
});

afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function restart(settings: TestServiceOptions = {}): Promise<void> {
  const { adminKey } = node;
  await node.service.close();
  node = await openTestService(root, settings, adminKey);
}

describe('a service', () => {
  it('keeps ledgers, keys, tenants, receipts and cursors over a restart', async () => {
    await createLedger(node, 'kyc');
    const headers = { 'idempotency-key': 'k' };
    const receipt = await append(node, 'kyc', undefined, { headers });
    await append(node, 'kyc');
    const key = await foundTenant(node, 'bank');
    await answer(node.request('/v1/ledgers', { json: { name: 'theirs' }, key }), 201);
    const path = '/v1/ledgers/kyc/records';
    const first = await answer<{ cursor: string; asOf: object }>(node.request(`${path}?limit=1`));
    const before = await ledgerOf(node, 'kyc');

    await restart();
    expect(node.service.firstKey).toBeNull();
    expect(await ledgerOf(node, 'kyc')).toEqual(before);
    expect((await node.request('/v1/ledgers/theirs', { key })).status).toBe(200);
    const again = await node.request(path, {
      json: { type: 'test.Residence', subject: 'x', payload: {} },
      headers,
    });
    expect(await problem(again, 409)).toBe('LEDGER_IDEMPOTENCY_CONFLICT');
    const second = await answer<{ items: object[]; asOf: object }>(
      node.request(`${path}?limit=1&cursor=${first.cursor}`),
    );
    expect(second).toMatchObject({ items: [{ id: receipt.id }], asOf: first.asOf });
  });

  it('goes on anchoring where it was before a restart', async () => {
    await createLedger(node, 'kyc');
    await answer(node.request('/v1/anchors', { method: 'POST' }));
    await restart();
    await append(node, 'kyc');
    const anchors = await answer<{ epochSize: number; settledSize: number }>(
      node.request('/v1/anchors', { method: 'POST' }),
    );
    expect(anchors.settledSize).toBe(anchors.epochSize);
    const { size, finality } = await ledgerOf(node, 'kyc');
    expect(finality.anchored).toBe(size);
  });

  it('anchors by itself, at its interval', async () => {
    await node.service.close();
    node = await openTestService(root, { epochIntervalMillis: 100 }, node.adminKey);
    await createLedger(node, 'kyc');
    let anchored = 0;
    while (anchored === 0) anchored = (await ledgerOf(node, 'kyc')).finality.anchored;
    expect(anchored).toBe(1);
  });

  it('says without a key that it lives and is ready, and that it is for development', async () => {
    expect(await answer(node.request('/healthz', { key: '' }))).toEqual({ status: 'ok' });
    expect(await answer(node.request('/readyz', { key: '' }))).toEqual({
      ready: true,
      reasons: [expect.stringMatching(/^development/), expect.stringMatching(/^nothing outside/)],
    });
  });

  it('describes every path that it has: each answers, and not with ROUTE_UNKNOWN', async () => {
    await restart({ calendarUri: 'https://calendar.example/v1/calendar/' });
    const { paths } = await answer<{ paths: Record<string, Record<string, object>> }>(
      node.request('/openapi.json', { key: '' }),
    );
    expect(Object.keys(paths).sort()).toEqual([
      '/console',
      '/healthz',
      '/readyz',
      '/v1/access',
      '/v1/anchors',
      '/v1/anchors/psbt',
      '/v1/anchors/successor',
      '/v1/anchors/top-ups',
      '/v1/anchors/{epoch}',
      '/v1/backups',
      '/v1/calendar/digest',
      '/v1/calendar/timestamp/{commitment}',
      '/v1/erasures',
      '/v1/erasures/run',
      '/v1/erasures/{id}',
      '/v1/erasures/{id}/approval',
      '/v1/erasures/{id}/certificate',
      '/v1/erasures/{id}/withdrawal',
      '/v1/escrow/copies',
      '/v1/escrow/copies/{id}/destruction',
      '/v1/files',
      '/v1/files/{ledger}',
      '/v1/files/{ledger}/{path}',
      '/v1/grants',
      '/v1/grants/{id}',
      '/v1/grants/{id}/approval',
      '/v1/holds',
      '/v1/holds/{id}',
      '/v1/holds/{id}/release',
      '/v1/holds/{id}/release/withdrawal',
      '/v1/identities',
      '/v1/identities/{id}',
      '/v1/identities/{id}/acts',
      '/v1/identities/{id}/events',
      '/v1/identities/{id}/history',
      '/v1/inspections',
      '/v1/inspections/{id}',
      '/v1/inspections/{id}/close',
      '/v1/inspections/{inspection}/package',
      '/v1/keys',
      '/v1/keys/{id}',
      '/v1/ledgers',
      '/v1/ledgers/{ledger}',
      '/v1/ledgers/{ledger}/batches',
      '/v1/ledgers/{ledger}/checkpoint',
      '/v1/ledgers/{ledger}/checkpoints/{size}',
      '/v1/ledgers/{ledger}/epochs/{epoch}',
      '/v1/ledgers/{ledger}/export',
      '/v1/ledgers/{ledger}/feed',
      '/v1/ledgers/{ledger}/group',
      '/v1/ledgers/{ledger}/keepers',
      '/v1/ledgers/{ledger}/misbehaviour',
      '/v1/ledgers/{ledger}/move',
      '/v1/ledgers/{ledger}/proofs/consistency',
      '/v1/ledgers/{ledger}/proofs/inclusion',
      '/v1/ledgers/{ledger}/records',
      '/v1/ledgers/{ledger}/records/count',
      '/v1/ledgers/{ledger}/records/{id}',
      '/v1/ledgers/{ledger}/records/{id}/evidence',
      '/v1/ledgers/{ledger}/records/{id}/history',
      '/v1/ledgers/{ledger}/records/{id}/leaf',
      '/v1/ledgers/{ledger}/records/{id}/signatures',
      '/v1/ledgers/{ledger}/records/{id}/signatures/prepare',
      '/v1/ledgers/{ledger}/records/{id}/signatures/{number}',
      '/v1/ledgers/{ledger}/records/{id}/statement',
      '/v1/ledgers/{ledger}/rotate-key',
      '/v1/ledgers/{ledger}/schemas',
      '/v1/ledgers/{ledger}/schemas/{type}',
      '/v1/ledgers/{ledger}/schemas/{type}/versions',
      '/v1/ledgers/{ledger}/settings/schemas',
      '/v1/ledgers/{ledger}/subjects/search',
      '/v1/ledgers/{ledger}/subjects/{subject}',
      '/v1/ledgers/{ledger}/subjects/{subject}/diff',
      '/v1/ledgers/{ledger}/subjects/{subject}/evidence',
      '/v1/ledgers/{ledger}/subjects/{subject}/export',
      '/v1/ledgers/{ledger}/subjects/{subject}/timeline',
      '/v1/ledgers/{ledger}/tile/{path}',
      '/v1/node-keys',
      '/v1/replication',
      '/v1/retention/due',
      '/v1/retention/policies',
      '/v1/retention/policies/history',
      '/v1/tenant-keys',
      '/v1/tenants',
      '/v1/tenants/{tenant}',
      '/v1/trust',
      '/v1/vault/rotation',
      '/v1/verify',
    ]);
    for (const [path, methods] of Object.entries(paths))
      for (const method of Object.keys(methods)) {
        const concrete = path.replace(/\{\w+\}/g, '0');
        const response = await node.request(concrete, { method: method.toUpperCase(), key: '' });
        // Without a key: what has one asks for it, whatever else is wrong.
        expect([path, response.status]).toEqual([path, path.startsWith('/v1/') ? 401 : 200]);
      }
  });

  it('neither has nor describes a calendar unless it is told to be one', async () => {
    const described = await (await node.request('/openapi.json', { key: '' })).text();
    expect(described).not.toContain('/v1/calendar');
    const response = node.request('/v1/calendar/digest', { body: 'x' });
    expect(await problem(response, 404)).toBe('ROUTE_UNKNOWN');
  });

  it('describes the record that it validates', async () => {
    const { paths } = await answer<{ paths: Record<string, Record<string, object>> }>(
      node.request('/openapi.json'),
    );
    expect(paths['/v1/ledgers/{ledger}/records']?.['post']).toMatchObject({
      requestBody: {
        content: {
          'application/json': {
            schema: {
              additionalProperties: false,
              required: ['type', 'subject', 'payload'],
              properties: { payload: { type: 'object' } },
            },
          },
          'application/x-ndjson': { schema: { properties: { idempotencyKey: {} } } },
        },
      },
    });
  });

  it('shows what commits and anchors cost on a port of its own, and nowhere else', async () => {
    await node.service.close();
    node = await openTestService(root, { metricsPort: 0 }, node.adminKey);
    await createLedger(node, 'kyc');
    await append(node, 'kyc');
    const text = await (await fetch(`${node.service.metricsUrl ?? ''}/metrics`)).text();
    for (const line of [
      /^chirograph_commit_step_duration_seconds_count\{step="journal"\} [1-9]/m,
      /^chirograph_entries_committed_total [1-9]/m,
      /^chirograph_commit_backlog_entries 0$/m,
      /^chirograph_ledgers 3$/m,
      /^chirograph_entries 11$/m,
      /^chirograph_epoch_log_size 2$/m,
      /^chirograph_anchored_epoch_log_size 0$/m,
      /^chirograph_http_request_duration_seconds_count\{method="POST",route="\/v1\/ledgers\/:ledger\/records",status="201"\} 1$/m,
    ])
      expect(text).toMatch(line);
    expect((await node.request('/metrics')).status).toBe(404);
  });
});

describe('a service that cannot be opened', () => {
  it('leaves nothing open: the next one opens', async () => {
    const { port } = new URL(node.service.url);
    const other = join(root, 'other');
    await expect(openTestService(other, { port: Number(port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const second = await openTestService(other);
    await second.service.close();
  });
});
