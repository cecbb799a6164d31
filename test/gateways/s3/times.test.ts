/** How long a signature counts, and how often somebody may try. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createRequestLimiter } from '../../../src/api/rate-limit.js';
import type { UnixMillis } from '../../../src/base/brand.js';
import { systemClock } from '../../../src/base/time.js';
import { emptyAnswer } from '../../../src/gateways/s3/s3-answer.js';
import { ask, type S3Node, type S3NodeOptions, startS3Node } from './support/s3-node.js';

const MINUTE = 60_000;
let node: S3Node;

afterEach(async () => {
  await node.stop();
});

/** A server whose clock is so far before the client's. */
async function start(aheadMillis: number, options: S3NodeOptions = {}): Promise<void> {
  node = await startS3Node({
    operations: { ListObjects: () => Promise.resolve(emptyAnswer(200)) },
    clock: { now: () => (systemClock.now() + aheadMillis) as UnixMillis },
    ...options,
  });
}

describe('a signature in a header', () => {
  it.each([
    [14 * MINUTE, undefined],
    [-14 * MINUTE, undefined],
    [16 * MINUTE, 'RequestTimeTooSkewed'],
    [-16 * MINUTE, 'RequestTimeTooSkewed'],
  ])('of a clock %d ms away is %s', async (ahead, code) => {
    await start(ahead);
    const answered = await ask(node, { path: '/b' });
    expect(answered.code).toBe(code);
    if (code !== undefined) expect(answered.text).toMatch(/<ServerTime>.+<\/ServerTime>/);
  });
});

describe('a presigned URL', () => {
  it.each([
    [-14 * MINUTE, undefined],
    [-16 * MINUTE, 'AccessDenied'],
    [58 * MINUTE, undefined],
    [62 * MINUTE, 'AccessDenied'],
  ])('for an hour is at %d ms %s', async (ahead, code) => {
    await start(ahead);
    const answered = await ask(node, { path: '/b?X-Amz-Expires=3600', signQuery: true });
    expect(answered.code).toBe(code);
  });
});

describe('whoever tries', () => {
  it('is slowed down under the key that they tried, also with the right secret then', async () => {
    await start(0, { failuresPerMinute: 3 });
    const credential = { ...node.credential, secretAccessKey: 'wrong' };
    for (let tries = 0; tries < 3; tries++)
      expect(await ask(node, { path: '/b', credential })).toMatchObject({
        code: 'SignatureDoesNotMatch',
      });
    const slowed = await ask(node, { path: '/b' });
    expect(slowed).toMatchObject({ status: 503, code: 'SlowDown' });
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    expect(node.failed.length).toBe(3);
    expect(await ask(node, { path: '/b', credential: null })).toMatchObject({ status: 200 });
  });

  it('asks too often where there is a limit', async () => {
    await start(0, { requests: createRequestLimiter(2, systemClock) });
    const codes = [];
    for (let times = 0; times < 3; times++) codes.push((await ask(node, { path: '/b' })).code);
    expect(codes).toEqual([undefined, undefined, 'SlowDown']);
  });

  it('has a key that was revoked', async () => {
    await start(0);
    node.revoke();
    expect(await ask(node, { path: '/b' })).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
    expect(node.failed).toMatchObject([{ code: 'ACCESS_KEY_REVOKED' }]);
  });
});
