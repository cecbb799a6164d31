import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import type { AuthorizedHandler } from '../../src/api/authentication.js';
import { Places } from '../../src/api/places.js';
import { startTestNode } from './support/test-node.js';

describe('a kind of request that has a bound', () => {
  it('is refused beyond it, and taken again when one has ended, well or not', async () => {
    const waiting: (() => void)[] = [];
    const node = await startTestNode({
      testRoutes: (guard) => {
        const router = Router();
        const places = new Places({ total: 4, perTenant: 2 });
        const handler: AuthorizedHandler = async ({ tenant }, request, response) => {
          places.take(tenant, response);
          await new Promise<void>((resolve) => waiting.push(resolve));
          if (request.query['fail'] !== undefined) throw new Error('on purpose');
          response.end('done');
        };
        router.get('/costly', guard('record:read', handler));
        return router;
      },
    });
    const ask = (query = '') => node.fetch(`/test/costly${query}`, { key: node.adminKey });
    const first = ask('?fail');
    const second = ask();
    while (waiting.length < 2) await new Promise(setImmediate);

    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'SERVER_BUSY' });

    // Another tenant has places of its own.
    const key = await node.newKey('reader', 'other');
    const foreign = node.fetch('/test/costly', { key });
    while (waiting.length < 3) await new Promise(setImmediate);
    waiting.pop()?.();
    expect((await foreign).status).toBe(200);

    waiting.shift()?.();
    expect((await first).status).toBe(500);
    const third = ask();
    while (waiting.length < 2) await new Promise(setImmediate);
    for (const go of waiting) go();
    expect([(await second).status, (await third).status]).toEqual([200, 200]);
  });
});
