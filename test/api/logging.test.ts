import { describe, expect, it } from '@jest/globals';
import { createJsonLogger } from '../../src/json-logger.js';
import { FakeClock } from '../support/fake-clock.js';
import { startTestNode } from './support/test-node.js';

const lines: string[] = [];
const logger = createJsonLogger({
  level: 'debug',
  clock: new FakeClock(),
  sink: { write: (line) => lines.push(line) },
});
const node = await startTestNode({ logger });

describe('the log of requests', () => {
  it('holds neither keys nor bodies nor paths, whatever is asked', async () => {
    const body = JSON.stringify({ role: 'reader', label: 'customer-4711' });
    const headers = { 'content-type': 'application/json', cookie: 'session=s3cr3t' };
    const created = await node.fetch('/v1/keys', {
      method: 'POST',
      body,
      headers,
      key: node.adminKey,
    });
    const { key } = (await created.json()) as { key: string };
    await node.fetch('/v1/keys?limit=bad', { key });
    await node.fetch('/v1/subjects/customer-4711', { key });
    await node.fetch('/v1/keys', {
      method: 'POST',
      body: '{"customer-4711',
      headers,
      key: node.adminKey,
    });

    const log = lines.join('');
    for (const secret of [key, key.slice(16), node.adminKey, 'customer-4711', 's3cr3t'])
      expect(log).not.toContain(secret);
    const parsed = lines.map((line): unknown => JSON.parse(line));
    expect(parsed).toContainEqual(
      expect.objectContaining({ event: 'request answered', method: 'POST', status: 201 }),
    );
    expect(parsed).toContainEqual(
      expect.objectContaining({ event: 'request refused', method: 'POST', status: 400 }),
    );
  });
});
