/**
 * Reading a body that is one document. Not express.json(): that takes duplicate members, `__proto__`,
 * numbers that lose digits and other charsets than UTF-8, and unpacks what is compressed.
 */
import type { IncomingMessage } from 'node:http';
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { ApiError } from './api-error.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From now until the body's last byte. */
  readonly timeoutMillis: number;
}

/**
 * The media type of the body, one of `accepted` (lower case).
 * @throws ApiError CONTENT_TYPE_UNSUPPORTED, CONTENT_ENCODING_UNSUPPORTED.
 */
export function contentTypeOf<const T extends string>(
  request: IncomingMessage,
  accepted: readonly T[],
): T {
  refuseCompressed(request);
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';');
  const found = accepted.find((one) => one === type.trim());
  if (found === undefined || !parameters.every(isHarmless))
    throw new ApiError(
      'CONTENT_TYPE_UNSUPPORTED',
      `send the body as ${accepted.join(' or ')}, in UTF-8`,
    );
  return found;
}

/** @throws ApiError CONTENT_ENCODING_UNSUPPORTED. */
export function refuseCompressed({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new ApiError('CONTENT_ENCODING_UNSUPPORTED', 'send the body uncompressed');
}

/**
 * @throws ApiError BODY_TOO_LARGE, REQUEST_TIMEOUT, BODY_INCOMPLETE. What is still to come is then let
 * go by, so that a client that first sends everything can read the answer.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;

    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limits.maxBytes) fail(tooLarge(limits));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      release();
      resolve(join(chunks, length));
    };
    const onGone = (): void => {
      fail(new ApiError('BODY_INCOMPLETE', 'the connection ended before the body'));
    };
    const timer = setTimeout(() => {
      fail(
        new ApiError('REQUEST_TIMEOUT', `the body must arrive within ${limits.timeoutMillis} ms`),
      );
    }, limits.timeoutMillis);
    const release = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    };
    const fail = (error: ApiError): void => {
      release();
      request.resume();
      reject(error);
    };

    if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) fail(tooLarge(limits));
    else if (request.destroyed && !request.complete) onGone();
    else request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/**
 * A JSON body, strictly read: see parseStrictJson.
 * @throws ApiError as contentTypeOf and readBody; BaseError BYTES_MALFORMED, JSON_MALFORMED,
 * JSON_NOT_CANONICAL.
 */
export async function readJsonBody(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<JsonValue> {
  contentTypeOf(request, ['application/json']);
  return parseStrictJson(utf8ToString(await readBody(request, limits)));
}

/** RFC 8259 §8.1 has no charset parameter; the one that says what is so anyway does no harm. */
function isHarmless(parameter: string): boolean {
  return /^\s*(?:charset="?utf-8"?)?\s*$/.test(parameter);
}

function tooLarge(limits: BodyLimits): ApiError {
  return new ApiError('BODY_TOO_LARGE', `a body here is at most ${limits.maxBytes} bytes`);
}

/** The one chunk of a small body as it is; else a copy. */
function join(chunks: readonly Buffer[], length: number): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
}
