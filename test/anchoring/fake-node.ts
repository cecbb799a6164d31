/** An HTTP server that answers as a Bitcoin node would, method by method, and misbehaves on demand. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  /** Takes the request into its own hands. */
  | ((response: ServerResponse) => void);

export interface FakeCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly authorization: string | undefined;
}

export class FakeNode implements AsyncDisposable {
  readonly calls: FakeCall[] = [];
  readonly answers = new Map<string, Answer | ((call: FakeCall) => Answer)[]>();
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;

  static async start(genesis: string): Promise<FakeNode> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const node = new FakeNode(server, `http://127.0.0.1:${address.port}/`);
    node.answers.set('getblockhash', { result: genesis });
    return node;
  }

  private constructor(server: ReturnType<typeof createServer>, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  /** How often `method` was called. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
    const call = { method, params, authorization: request.headers.authorization };
    this.calls.push(call);
    const entry = this.answers.get(method);
    // A list answers one call after the other, and the last for ever.
    const list = Array.isArray(entry) ? entry : undefined;
    const next = list && list.length > 1 ? list.shift() : list?.[0];
    const answer = next ? next(call) : (entry as Answer | undefined);
    if (typeof answer === 'function') answer(response);
    else if (answer !== undefined && 'result' in answer) send(response, 200, answer);
    else send(response, 500, answer ?? { error: { code: -32601, message: 'Method not found' } });
  }
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
