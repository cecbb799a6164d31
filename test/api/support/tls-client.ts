/** Requests over TLS as a client of the node would make them, with or without a certificate of its own. */
import { Agent, type AgentOptions, request } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Identity } from '../../signing/support/test-pki.js';
import { keyPem, pem } from '../../support/tls-pki.js';

export interface TlsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
  readonly socket: TLSSocket;
}

export interface TlsClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<TlsAnswer>;
  /** Ends its connections. */
  close(): void;
}

/** Keeps its connection from one request to the next. */
export function tlsClient(
  url: string,
  ca: Identity,
  chain: readonly Identity[] = [],
  options: AgentOptions = {},
): TlsClient {
  const [own] = chain;
  const agent = new Agent({
    ca: pem(ca),
    keepAlive: true,
    maxSockets: 1,
    ...(own !== undefined && { cert: pem(...chain), key: keyPem(own) }),
    ...options,
  });
  return {
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = request(new URL(path, url), { agent, headers }, (response) => {
          // Taken now: it is given back to the agent with the end of the answer.
          const { socket } = response;
          if (!(socket instanceof TLSSocket)) throw new Error('not over TLS');
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('error', reject);
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: JSON.parse(text) as Record<string, unknown>,
              socket,
            });
          });
        });
        sent.on('error', reject).end();
      }),
    close: () => {
      agent.destroy();
    },
  };
}
