import { describe, expect, it } from '@jest/globals';
import { startTestNode } from './support/test-node.js';

describe('failed log-ins', () => {
  it('are refused unseen after some, with the time to wait', async () => {
    const node = await startTestNode({ failedLoginsPerMinute: 3 });
    const wrong = `${node.adminKey.slice(0, 16)}${'A'.repeat(43)}`;
    for (let tried = 0; tried < 3; tried++)
      expect((await node.fetch('/v1/keys', { key: wrong })).status).toBe(401);
    const refused = await node.fetch('/v1/keys', { key: wrong });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'LOGIN_RATE_LIMITED' });
    // From there, even the right one is not looked at: guessing must not go on.
    expect((await node.fetch('/v1/keys', { key: node.adminKey })).status).toBe(429);
  });

  it('lock out nobody else at the same address', async () => {
    const node = await startTestNode({ failedLoginsPerMinute: 3 });
    const other = await node.newKey('admin');
    for (let tried = 0; tried < 10; tried++)
      await node.fetch('/v1/keys', { key: `guess-${tried}` });
    expect((await node.fetch('/v1/keys', { key: 'guess' })).status).toBe(429);
    expect((await node.fetch('/v1/keys', { key: other })).status).toBe(200);
  });

  it('are all that is counted: many good requests at a time pass', async () => {
    const node = await startTestNode({ failedLoginsPerMinute: 3 });
    const responses = await Promise.all(
      Array.from({ length: 40 }, () => node.fetch('/v1/keys', { key: node.adminKey })),
    );
    for (const { status } of responses) expect(status).toBe(200);
  });
});

describe('requests', () => {
  it('are limited only if that is set', async () => {
    const node = await startTestNode({ requestsPerMinute: 2 });
    expect((await node.fetch('/healthz')).status).toBe(200);
    expect((await node.fetch('/healthz')).status).toBe(200);
    const refused = await node.fetch('/healthz');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'REQUEST_RATE_LIMITED' });
  });
});
