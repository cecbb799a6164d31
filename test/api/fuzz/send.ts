/** Sends what no HTTP library would, and gives every answer as it came, or says that none came in time. */
import { Agent, request as httpRequest } from 'node:http';
import type { FuzzRequest } from './fuzz-request.js';

export interface FuzzAnswer {
  readonly status: number;
  /** As they came, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** It ended before its end; of an event stream, which is dropped behind its head, that is not said. */
  readonly isCut: boolean;
}

export interface Sender {
  /** Null if the node ended the connection without an answer. @throws Error if nothing comes in time. */
  send(request: FuzzRequest, authorization: string | null): Promise<FuzzAnswer | null>;
  close(): void;
}

const PATIENCE_MILLIS = 10_000;

/** Keeps its connection from one request to the next, as long as the node does. */
export function createSender(url: string, patienceMillis = PATIENCE_MILLIS): Sender {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    send: (asked, authorization) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({
          agent,
          hostname,
          port,
          method: asked.method,
          setHost: false,
        });
        // Its own check of the path would refuse half of what the fuzz is for.
        sent.path = asked.target;
        for (const [name, value] of headersOf(asked, authorization)) sent.appendHeader(name, value);
        const timer = setTimeout(() => {
          sent.destroy();
          reject(new Error(`no answer within ${patienceMillis} ms`));
        }, patienceMillis);
        const finish = (answer: FuzzAnswer | null): void => {
          clearTimeout(timer);
          resolve(answer);
        };
        sent.on('response', (response) => {
          const head = { status: response.statusCode ?? 0, headers: pairs(response.rawHeaders) };
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          // An event stream would go on for as long as it is listened to.
          if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
            finish({ ...head, body: new Uint8Array(), isCut: false });
            response.destroy();
            return;
          }
          // Both ends of an answer come here; the first one counts.
          response.on('close', () => {
            finish({ ...head, body: Buffer.concat(chunks), isCut: !response.complete });
          });
        });
        sent.on('error', () => {
          finish(null);
        });
        sent.end(asked.body ?? undefined);
      }),
    close: () => {
      agent.destroy();
    },
  };
}

function headersOf(
  { headers, body, isChunked }: FuzzRequest,
  authorization: string | null,
): (readonly [name: string, value: string])[] {
  return [
    ...(headers.some(([name]) => name === 'Host') ? [] : [['Host', 'node.example'] as const]),
    ...(authorization === null ? [] : [['Authorization', authorization] as const]),
    ...headers,
    ...(body === null
      ? []
      : isChunked
        ? [['Transfer-Encoding', 'chunked'] as const]
        : [['Content-Length', String(body.length)] as const]),
  ];
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : [],
  );
}
