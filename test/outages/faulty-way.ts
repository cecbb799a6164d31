/** The way to a backend over HTTP, which can be cut, stand still, or bring something else. Real requests go through it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostRule } from '../../src/keys/outbound-host.js';
import { internalHost } from '../keys/support/local-server.js';

export const FAILINGS = ['refused', 'broken', 'hanging', 'garbage'] as const;
export type Failing = (typeof FAILINGS)[number];

export const FAILING_TEXTS: Readonly<Record<Failing, string>> = {
  refused: 'refuses connections',
  broken: 'answers 500',
  hanging: 'never answers',
  garbage: 'answers garbage',
};

const HEADERS = ['accept', 'authorization', 'content-type'] as const;

export class FaultyWay {
  readonly #server: Server;
  readonly port: number;
  /** Where it leads, without a slash at its end. */
  target = '';
  #failing: { readonly how: Failing; readonly where: RegExp } | null = null;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { how, where } = this.#failing ?? { how: null, where: /^/ };
      if (how === null || !where.test(request.url ?? ''))
        void this.#pass(request, response).catch(() => response.destroy());
      else fail(how, request, response);
    });
  }

  static async open(): Promise<FaultyWay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyWay(server, (server.address() as AddressInfo).port);
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get host(): HostRule {
    return internalHost(`127.0.0.1:${this.port}`);
  }

  /** @param where of the paths that fail; a connection that is refused has none. */
  async begin(how: Failing, where = /^/): Promise<void> {
    this.#failing = { how, where };
    if (how === 'refused') await this.close();
  }

  async end(): Promise<void> {
    this.#failing = null;
    // What hangs is let go: nobody is answered late.
    this.#server.closeAllConnections();
    if (this.#server.listening) return;
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers();
    for (const name of HEADERS) headers.set(name, request.headers[name] ?? '');
    const method = request.method ?? 'GET';
    const body = method === 'GET' ? null : Buffer.concat(chunks);
    const answer = await fetch(`${this.target}${request.url ?? ''}`, { method, headers, body });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'content-type': type }).end(bytes);
  }
}

function fail(how: Failing, { headers }: IncomingMessage, response: ServerResponse): void {
  if (how === 'refused') response.destroy();
  if (how === 'broken') response.writeHead(500).end('internal error');
  if (how !== 'garbage') return;
  // Of a type that is taken, so that it is the content that fails.
  const isQuery = headers['content-type'] === 'application/timestamp-query';
  const type = isQuery ? 'application/timestamp-reply' : 'application/octet-stream';
  response.writeHead(200, { 'content-type': type }).end('\u0000\u00ff is no answer');
}
