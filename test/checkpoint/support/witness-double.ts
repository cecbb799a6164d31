/** Whatever may sit at a witness's address: a server that answers as a test tells it to. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WitnessDouble {
  readonly url: string;
  /** The bodies that came, oldest first. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export type Answering = (body: string, response: Parameters<RequestListener>[1]) => void;

export async function witnessDouble(answer: Answering): Promise<WitnessDouble> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      asked.push(body);
      answer(body, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
