/** An HTTP proxy that takes every host for one: names that no resolver knows come to the node under test. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** Hosts that were asked for, in their order. */
  readonly hosts: readonly string[];
}

/** @param port on this machine, of all hosts. */
export async function forwardProxy(port: number): Promise<ForwardProxy> {
  const hosts: string[] = [];
  const server = createServer((message, response) => {
    // A proxy is asked with the whole URL.
    const { host, pathname, search } = new URL(message.url ?? '');
    hosts.push(host);
    const { method, headers } = message;
    const path = `${pathname}${search}`;
    const forwarded = request({ host: '127.0.0.1', port, method, path, headers });
    forwarded.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.once('error', () => response.destroy());
    message.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
