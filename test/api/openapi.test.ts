import { describe, expect, it } from '@jest/globals';
import { ROLES } from '../../src/access/authorize.js';
import { startTestNode } from './support/test-node.js';

const node = await startTestNode({
  readiness: () => ({ ready: false, reasons: ['waiting for a witness'] }),
});

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>
    >
  >;
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and needs no key', async () => {
    const response = await node.fetch('/openapi.json');
    expect(response.status).toBe(200);
    const document = (await response.json()) as Document;
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/healthz',
      '/readyz',
      '/v1/keys',
      '/v1/keys/{id}',
    ]);
  });

  it('describes the bodies that are checked, and problems for all that can fail', async () => {
    const document = (await (await node.fetch('/openapi.json')).json()) as Document;
    const create = document.paths['/v1/keys']?.['post'];
    expect(create).toMatchObject({
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              additionalProperties: false,
              required: ['role'],
              properties: {
                role: { enum: [...ROLES] },
                tenant: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' },
              },
            },
          },
        },
      },
    });
    for (const [path, methods] of Object.entries(document.paths))
      for (const { responses } of Object.values(methods))
        if (path.startsWith('/v1/')) expect(Object.keys(responses)).toContain('default');
  });

  it('describes patterns without the flags that zod-to-openapi would write behind them', async () => {
    const text = await (await node.fetch('/openapi.json')).text();
    const patterns = [...text.matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g)].map(
      ([, pattern = '']) => JSON.parse(pattern) as string,
    );
    expect(patterns).toContain('^[^\\p{Cc}\\p{Cs}]{1,200}$');
    for (const pattern of patterns) expect(pattern).toMatch(/\$$/);
  });

  it('describes every path that the app has: each answers, and not with ROUTE_UNKNOWN', async () => {
    const document = (await (await node.fetch('/openapi.json')).json()) as Document;
    for (const [path, methods] of Object.entries(document.paths))
      for (const method of Object.keys(methods)) {
        const concrete = path.replace(/\{\w+\}/g, '000000000000');
        const response = await node.fetch(concrete, { method: method.toUpperCase() });
        expect([200, 401, 503]).toContain(response.status);
      }
  });
});

describe('/docs', () => {
  it('is a page that loads nothing from anywhere else', async () => {
    const response = await node.fetch('/docs/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|upgrade-insecure-requests/);
    const page = await response.text();
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    expect(loaded.length).toBeGreaterThanOrEqual(5);
    for (const url of loaded) {
      expect(url).toMatch(/^\.\//);
      const asset = await node.fetch(`/docs/${url.slice(2)}`);
      expect(asset.status).toBe(200);
      await asset.arrayBuffer();
    }
  });

  it('is found without its slash, too, which what it loads depends on', async () => {
    const response = await node.fetch('/docs');
    expect(response.url).toBe(`${node.url}/docs/`);
    expect(response.status).toBe(200);
  });

  it('shows the description of this node, and asks no validator on the Internet', async () => {
    const script = await (await node.fetch('/docs/swagger-ui-init.js')).text();
    expect(script).toContain('"swaggerUrl": "/openapi.json"');
    expect(script).toContain('"validatorUrl": null');
  });
});

describe('/readyz', () => {
  it('says what is awaited, while /healthz says that the process lives', async () => {
    const response = await node.fetch('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, reasons: ['waiting for a witness'] });
    expect((await node.fetch('/healthz')).status).toBe(200);
  });
});
