import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';

let node: TestService;

openSuiteService((opened) => {
  node = opened;
});

const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  node.request('/console', { key: '', headers, method });

describe('GET /console', () => {
  it('is a page without a key, whose one script and one style its policy names', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    const digests = (['script', 'style'] as const).map((name) => {
      const found = [...page.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))];
      expect(found).toHaveLength(1);
      return `'sha256-${createHash('sha256')
        .update(found[0]?.[1] ?? '')
        .digest('base64')}'`;
    });
    expect(response.headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      `script-src ${digests[0]}`,
      `style-src ${digests[1]}`,
      "connect-src 'self'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page).not.toMatch(
      /<(?:script|link|img|iframe|style)\s[^>]*\b(?:src|href|style)=|https?:/,
    );
  });

  it('is asked for anew each time, and sent only if it is another', async () => {
    const first = await get();
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const again = await get({ 'If-None-Match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await get({ 'If-None-Match': '"other"' })).status).toBe(200);
    const head = await get({}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await get({}, 'POST')).status).toBe(405);
  });
});
