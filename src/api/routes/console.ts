/**
 * `/console`: the console, one page, without a key. It holds nothing: what it shows it asks the API for,
 * with the key of who uses it, so that roles and the access ledger apply as to anybody.
 */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { toBase64, utf8, utf8ToString } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import { sendRevalidated } from '../conditional.js';
import { addResource } from '../resource.js';
import { consoleHeaders } from '../security-headers.js';

const HTML = 'text/html; charset=utf-8';

/** @param page with its one script and its one style in line: no other will run. */
export function consoleRoutes(page: Uint8Array): Router {
  const html = utf8ToString(page);
  const headers = consoleHeaders({
    script: digestOf(html, 'script'),
    style: digestOf(html, 'style'),
  });
  const router = Router({ caseSensitive: true, strict: true });
  router.use('/console', headers);
  addResource(router, '/console', {
    get: (request, response) => {
      sendRevalidated(request, response, HTML, page);
    },
  });
  return router;
}

/** Of the content of the first such element: a CSP source without its quotes. */
function digestOf(html: string, element: 'script' | 'style'): string {
  const content = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(html)?.[1];
  assert(content !== undefined, `the console has a ${element}`);
  return `sha256-${toBase64(sha256(utf8(content)))}`;
}

export function describeConsole(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/console',
    summary: 'The console: a page that reads with your key',
    tags: ['node'],
    security: [],
    responses: {
      200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } },
      304: { description: 'The one that If-None-Match names.' },
    },
  });
}
