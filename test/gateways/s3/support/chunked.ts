/** Frames bodies as clients do, by Amazon's description alone. */
import { createHash, createHmac } from 'node:crypto';

export const TIME = '20130524T000000Z';
export const SCOPE = { date: '20130524', region: 'us-east-1' };
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';

const hmac = (key: Uint8Array | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const hash = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex');

export interface Signing {
  readonly secret: string;
  readonly time: string;
  readonly date: string;
  readonly region: string;
  /** Signature of the request. */
  readonly seed: string;
}

export const SIGNING: Signing = { secret: SECRET, time: TIME, seed: SEED, ...SCOPE };

export interface Framed {
  readonly chunks: readonly Uint8Array[];
  /** Null of chunks that are not signed. */
  readonly signing: Signing | null;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Between a trailer and its signature: minio's clients say LF CRLF, others CRLF. */
  readonly trailerEnd?: string;
}

export function framed({ chunks, signing, trailers, trailerEnd = '\r\n' }: Framed): Buffer {
  const parts: (string | Uint8Array)[] = [];
  let previous = signing?.seed ?? '';
  const signed = (kind: string, ...hashes: readonly string[]): string => {
    if (signing === null) return '';
    const { secret, time, date, region } = signing;
    const scope = `${date}/${region}/s3/aws4_request`;
    const steps = [region, 's3', 'aws4_request'];
    const key = steps.reduce<Uint8Array>(
      (last, step) => hmac(last, step),
      hmac(`AWS4${secret}`, date),
    );
    const text = [`AWS4-HMAC-SHA256-${kind}`, time, scope, previous, ...hashes].join('\n');
    previous = hmac(key, text).toString('hex');
    return previous;
  };
  for (const chunk of [...chunks.filter(({ length }) => length > 0), new Uint8Array()]) {
    const signature = signed('PAYLOAD', hash(''), hash(chunk));
    const size = chunk.length.toString(16);
    parts.push(signing === null ? `${size}\r\n` : `${size};chunk-signature=${signature}\r\n`);
    if (chunk.length > 0) parts.push(chunk, '\r\n');
  }
  for (const [name, value] of Object.entries(trailers ?? {}))
    parts.push(`${name}:${value}`, signing === null ? '\r\n' : trailerEnd);
  if (trailers !== undefined && signing !== null) {
    const text = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
    parts.push(`x-amz-trailer-signature:${signed('TRAILER', hash(text.sort().join('')))}\r\n`);
  }
  return Buffer.concat([...parts, '\r\n'].map((part) => Buffer.from(part)));
}

/** The same bytes in pieces that end at these places. */
export async function* inPieces(
  bytes: Uint8Array,
  cuts: readonly number[],
): AsyncGenerator<Uint8Array> {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  let from = 0;
  for (const end of ends.sort((a, b) => a - b)) {
    await Promise.resolve();
    yield bytes.subarray(from, end);
    from = end;
  }
}
