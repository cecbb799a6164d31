/** Puts and gets objects of a node over its two interfaces, one connection each. */
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import aws4 from 'aws4';
import { type ByteRates, contentOf, rateOf } from './file-references.js';
import type { ObjectSize } from './files.js';
import type { NodeProcess } from './node-process.js';

export interface S3Key {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const DRIVE = 'bench';
const JSON_TYPE = { 'Content-Type': 'application/json' };

type Headers = Record<string, string | number>;
type Body = Iterable<Uint8Array> | null;

export class FileClient {
  readonly #node: NodeProcess;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(node: NodeProcess) {
    this.#node = node;
  }

  async makeDrive(): Promise<void> {
    await this.#rest('PUT', `/v1/files/${DRIVE}`, [Buffer.from('{}')], JSON_TYPE);
  }

  /** @param logPath where the node says at which port S3 is. */
  async makeKey(logPath: string): Promise<S3Key> {
    const body = [Buffer.from(JSON.stringify({ role: 'writer', s3: true }))];
    const text = await this.#rest('POST', '/v1/keys', body, JSON_TYPE);
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Omit<S3Key, 'url'>;
    const line = (await readFile(logPath, 'utf8'))
      .split('\n')
      .find((one) => one.includes('"s3-listening"'));
    const { url } = JSON.parse(line ?? '{}') as { url: string };
    return { accessKeyId, secretAccessKey, url };
  }

  put(path: string, content: Uint8Array): Promise<string> {
    return this.#rest('PUT', `/v1/files/${DRIVE}/${path}`, [content], {
      'Content-Length': String(content.length),
    });
  }

  async putMany(count: number, atOnce: number): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++)
        await this.put(`${n % 100}/key-${n}`, Buffer.from(`content ${n}`));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  /** @returns how many there are. */
  async listAll(): Promise<number> {
    let found = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const text = await this.#rest('GET', `/v1/files/${DRIVE}?limit=1000${more}`, null);
      const page = JSON.parse(text) as { items: unknown[]; cursor: string | null };
      found += page.items.length;
      cursor = page.cursor;
    }
    return found;
  }

  rest(prefix: string, size: ObjectSize): Promise<ByteRates> {
    const pathOf = (n: number): string => `/v1/files/${DRIVE}/${prefix}/${n}`;
    return this.#measure(size, (method, n, headers) => ({
      ...{ url: this.#node.url, path: pathOf(n), method },
      headers: { ...headers, Authorization: `Bearer ${this.#node.apiKey}` },
    }));
  }

  s3({ url, ...key }: S3Key, prefix: string, size: ObjectSize): Promise<ByteRates> {
    const { host } = new URL(url);
    return this.#measure(size, (method, n, headers) => {
      const path = `/${DRIVE}/${prefix}/${n}`;
      const signed = aws4.sign(
        {
          ...{ host, path, method, service: 's3', region: 'us-east-1' },
          headers: { ...textual(headers), 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
        },
        key,
      );
      return { url, path, method, headers: signed.headers };
    });
  }

  async #measure(
    size: ObjectSize,
    asked: (method: string, n: number, headers: Headers) => Asked,
  ): Promise<ByteRates> {
    const length = { 'Content-Length': String(size.bytes) };
    const begun = performance.now();
    for (let n = 0; n < size.count; n++)
      await this.#take(asked('PUT', n, length), contentOf(size.bytes));
    const put = rateOf(size, performance.now() - begun);
    const reading = performance.now();
    for (let n = 0; n < size.count; n++) {
      const found = await this.#take(asked('GET', n, {}), null);
      if (found.bytes !== size.bytes) throw new Error('an object is of another size');
    }
    return { put, get: rateOf(size, performance.now() - reading) };
  }

  async #rest(method: string, path: string, body: Body, headers: Headers = {}): Promise<string> {
    const authorization = `Bearer ${this.#node.apiKey}`;
    const asked = { url: this.#node.url, method, path, headers: { ...headers, authorization } };
    return (await this.#take(asked, body)).text;
  }

  async #take({ url, ...asked }: Asked, body: Body): Promise<{ bytes: number; text: string }> {
    const { hostname, port } = new URL(url);
    const sent = request({ ...asked, hostname, port, agent: this.#agent });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
    });
    for (const piece of body ?? [])
      if (!sent.write(piece)) await new Promise((resolve) => sent.once('drain', resolve));
    sent.end();
    const answer = await answered;
    let bytes = 0;
    const kept: Buffer[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) {
      if (bytes < KEPT) kept.push(piece);
      bytes += piece.length;
    }
    const text = Buffer.concat(kept).toString();
    if ((answer.statusCode ?? 500) >= 300) throw new Error(`${answer.statusCode}: ${text}`);
    return { bytes, text };
  }
}

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

function textual(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Of an answer, as text. */
const KEPT = 2 ** 22;
