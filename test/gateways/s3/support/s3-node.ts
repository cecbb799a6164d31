/** The S3 listener on a real port over toy operations: what is served is what the test says. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { sign } from 'aws4';
import { Registry } from 'prom-client';
import type { AccessLog, Disclosed, FailedLogIn } from '../../../../src/access/access-log.js';
import type { ApiKey } from '../../../../src/access/api-key.js';
import type { Role } from '../../../../src/access/authorize.js';
import type { KeyId } from '../../../../src/access/key-text.js';
import { type S3Credential, s3Credentials } from '../../../../src/access/s3-key.js';
import type { TenantName } from '../../../../src/access/tenant-name.js';
import { createLoginLimiter } from '../../../../src/api/rate-limit.js';
import { type RunningServer, startServer } from '../../../../src/api/server.js';
import type { Sha256Digest, UnixMillis } from '../../../../src/base/brand.js';
import { type Logger, silentLogger } from '../../../../src/base/logger.js';
import { systemClock } from '../../../../src/base/time.js';
import { s3Listener, type S3ListenerOptions } from '../../../../src/gateways/s3/s3-listener.js';
import { s3Metrics } from '../../../../src/gateways/s3/s3-metrics.js';
import type { S3Operations } from '../../../../src/gateways/s3/s3-operations.js';

export interface S3Node {
  readonly url: string;
  readonly port: number;
  readonly credential: S3Credential;
  readonly key: ApiKey;
  readonly metrics: Registry;
  readonly failed: FailedLogIn[];
  /** What was put on record, and what the test wants entering it to do. */
  readonly disclosed: Disclosed[];
  readonly actors: string[];
  onDisclosed: () => Promise<void>;
  revoke(): void;
  stop(): Promise<unknown>;
}

export interface S3NodeOptions extends Partial<
  Pick<S3ListenerOptions, 'domain' | 'idleMillis' | 'clock' | 'requests'>
> {
  readonly operations?: S3Operations;
  readonly role?: Role;
  readonly failuresPerMinute?: number;
  readonly logger?: Logger;
}

const ID = '0a1b2c3d4e5f' as KeyId;
const credentialOf = s3Credentials(new Uint8Array(32).fill(3));

export async function startS3Node(options: S3NodeOptions = {}): Promise<S3Node> {
  const { operations = {}, role = 'admin', failuresPerMinute = 1000, ...given } = options;
  let key: ApiKey = {
    ...{ id: ID, tenant: 'bank' as TenantName, role, s3: true },
    ...{ secretHash: new Uint8Array(32) as Sha256Digest, createdAt: 0 as UnixMillis },
  };
  const node: Pick<S3Node, 'failed' | 'disclosed' | 'actors' | 'onDisclosed'> = {
    ...{ failed: [], disclosed: [], actors: [] },
    onDisclosed: () => Promise.resolve(),
  };
  const log: Pick<AccessLog, 'failedLogIn' | 'disclosed'> = {
    failedLogIn: (attempt) => {
      node.failed.push(attempt);
    },
    disclosed: async ({ principal }, disclosure) => {
      await node.onDisclosed();
      node.actors.push(principal.author);
      node.disclosed.push(disclosure);
    },
  };
  const metrics = new Registry();
  const listener = s3Listener({
    ...{ operations, log, isTls: false, idleMillis: 5_000, clock: systemClock, credentialOf },
    registry: { find: (id) => (id === ID ? key : null) },
    limiter: createLoginLimiter(failuresPerMinute, systemClock),
    logger: silentLogger,
    metrics: s3Metrics(metrics),
    ...given,
  });
  const server: RunningServer = await startServer(listener, {
    ...{ host: '127.0.0.1', port: 0, saysContinue: true },
    ...{ headersTimeoutMillis: 5_000, keepAliveTimeoutMillis: 1_000 },
  });
  const credential = credentialOf(key);
  if (credential === null) throw new Error('the key has a credential');
  return Object.assign(node, {
    ...{ url: server.url, port: Number(new URL(server.url).port), credential, key, metrics },
    revoke: () => {
      key = { ...key, revokedAt: 1 as UnixMillis };
    },
    stop: () => server.stop(100),
  });
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Null of an anonymous request. */
  readonly credential?: S3Credential | null;
  readonly signQuery?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of an error's document. */
  readonly code: string | undefined;
  readonly wasContinued: boolean;
}

/** Signs with aws4, and sends with Node's own client. */
export function ask(node: S3Node, asked: Asked): Promise<Answered> {
  const { method = 'GET', path, headers = {}, body, credential = node.credential } = asked;
  const own: Record<string, string> = {
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const host = own['Host'] ?? `127.0.0.1:${node.port}`;
  const wanted = { host, service: 's3', region: 'us-east-1', method, path, headers: own };
  const signed =
    credential === null
      ? wanted
      : sign(
          {
            ...wanted,
            ...(typeof body === 'string' && { body }),
            ...(asked.signQuery === true && { signQuery: true }),
          },
          credential,
        );
  return send(node, { method, path: signed.path, headers: signed.headers }, body);
}

export function send(
  node: Pick<S3Node, 'port'>,
  wanted: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | number>>;
  },
  body?: string | Uint8Array,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let wasContinued = false;
    const outgoing = httpRequest(
      { host: '127.0.0.1', port: node.port, agent: false, ...wanted },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, code, wasContinued });
        });
      },
    );
    outgoing.on('error', reject);
    if (wanted.headers['Expect'] === undefined) {
      outgoing.end(body);
      return;
    }
    outgoing.flushHeaders();
    outgoing.on('continue', () => {
      wasContinued = true;
      outgoing.end(body);
    });
  });
}

/** Bytes that no client of Node's would send. Ends when the other side ends, or has said what is waited for. */
export function sendRaw(
  node: Pick<S3Node, 'port'>,
  bytes: string,
  until?: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(node.port, '127.0.0.1');
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (until?.test(text) === true) done();
    });
    socket.on('end', done);
    // So that whoever waits for what does not come is told what did.
    socket.setTimeout(5_000, done);
    socket.on('error', reject);
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}
