import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { sendImmutable } from '../../src/api/conditional.js';
import { addResource } from '../../src/api/resource.js';
import { utf8 } from '../../src/base/bytes.js';
import { startTestNode } from './support/test-node.js';

const node = await startTestNode({
  testRoutes: () => {
    const router = Router();
    addResource(router, '/tile', {
      get: (request, response) => {
        sendImmutable(request, response, 'application/octet-stream', utf8('for ever'));
      },
    });
    return router;
  },
});

const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  node.fetch('/test/tile', { headers, method });

const etag = (await get()).headers.get('etag') ?? '';

describe('an immutable answer', () => {
  it('has a strong ETag and may be kept by its reader', async () => {
    const response = await get();
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(await response.text()).toBe('for ever');
  });

  it.each([etag, `W/${etag}`, `"other", ${etag}`, '*'])(
    'is not sent again to a reader who has %s',
    async (tag) => {
      const response = await get({ 'if-none-match': tag });
      expect(response.status).toBe(304);
      expect(response.headers.get('etag')).toBe(etag);
      expect(await response.text()).toBe('');
    },
  );

  it.each(['"other"', '', etag.slice(1, -1)])('is sent to a reader who has %j', async (tag) => {
    expect((await get({ 'if-none-match': tag })).status).toBe(200);
  });

  it('answers HEAD with the same header and no body', async () => {
    const response = await get({}, 'HEAD');
    expect(response.headers.get('etag')).toBe(etag);
    expect(response.headers.get('content-length')).toBe('8');
    expect(await response.text()).toBe('');
  });
});
