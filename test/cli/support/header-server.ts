/** Esplora's paths for headers, over those that it is given; honest unless it is told otherwise. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { toHex } from '../../../src/base/bytes.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { REGTEST } from '../../../src/evidence/bitcoin/network.js';

export class HeaderServer implements AsyncDisposable {
  readonly url: string;
  readonly paths: string[] = [];
  genesis: string = REGTEST.genesis;
  /** By height. */
  readonly headers: Map<number, Uint8Array>;
  /** Takes a request into its own hands, or leaves it to the honest server by answering false. */
  fault: (path: string, response: ServerResponse) => boolean = () => false;
  readonly #server: ReturnType<typeof createServer>;

  static async start(headers: ReadonlyMap<number, Uint8Array>): Promise<HeaderServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new HeaderServer(server, `http://127.0.0.1:${address.port}`, new Map(headers));
  }

  private constructor(
    server: ReturnType<typeof createServer>,
    url: string,
    headers: Map<number, Uint8Array>,
  ) {
    this.#server = server;
    this.url = url;
    this.headers = headers;
    server.on('request', ({ url: path = '' }, response) => {
      this.paths.push(path);
      if (this.fault(path, response)) return;
      const answer = this.#answer(path);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'text/plain' });
      response.end(answer ?? 'Block not found');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(path: string): string | undefined {
    const [, height] = /^\/block-height\/(\d+)$/.exec(path) ?? [];
    if (height === '0') return this.genesis;
    if (height !== undefined) return hashOf(this.headers.get(Number(height)));
    const [, hash] = /^\/block\/([0-9a-f]{64})\/header$/.exec(path) ?? [];
    const header = [...this.headers.values()].find((one) => hashOf(one) === hash);
    return header && toHex(header);
  }
}

function hashOf(header: Uint8Array | undefined): string | undefined {
  return header && parseBlockHeader(header).hash;
}
