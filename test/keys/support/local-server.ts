import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HostRule, parseHostRule } from '../../../src/keys/outbound-host.js';
import type { SendOutbound } from '../../../src/keys/outbound-message.js';
import { outbound } from '../../../src/keys/outbound.js';

/** A real HTTP server on this machine, for clients that would otherwise go out. */
export interface LocalServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly host: HostRule;
  /** Asks this server and no other host. */
  readonly send: SendOutbound;
  close(): Promise<void>;
}

export type Answer = (
  body: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
) => Uint8Array | null | Promise<Uint8Array | null>;

/** @param answer gives the body of a 200 of this type; null if it has answered by itself. */
export async function localServer(type: string, answer: Answer): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const bytes = await answer(Buffer.concat(chunks), request, response);
      if (bytes !== null) response.writeHead(200, { 'content-type': type }).end(bytes);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = internalHost(`127.0.0.1:${port}`);
  return {
    url: `http://127.0.0.1:${port}`,
    host,
    send: outbound({ hosts: [host], timeoutMillis: 20_000, idleMillis: 10_000, perHost: 4 }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function internalHost(text: string): HostRule {
  const rule = parseHostRule(text, { isInternal: true });
  if (rule === null) throw new Error(`no rule: ${text}`);
  return rule;
}
