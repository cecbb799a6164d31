/** Bodies that are to be appended: one record as JSON, or a stream of them as NDJSON. */
import type { Request, Response } from 'express';
import type { Principal } from '../access/authorize.js';
import { type AsciiJson, asciiJson } from '../base/ascii-json.js';
import { utf8ToString } from '../base/bytes.js';
import { parseStrictJson } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import type { RecordRequest, RecordResult } from '../commands/append-records.js';
import { IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_RULE } from '../commands/preparation/record-request.js';
import { checkPayloadSize } from '../records/payload-size.js';
import { parseRecordInput } from '../records/record-input.js';
import { sendJson } from './answer.js';
import { ApiError } from './api-error.js';
import { readBody } from './body.js';
import { exchangeNdjson, NDJSON_EXCHANGE } from './ndjson-exchange.js';
import { lineRefusal, type NdjsonLine } from './ndjson-lines.js';
import { lineProblem } from './problem.js';
import { requestIdOf } from './request-id.js';

export interface RecordLimits {
  readonly maxBodyBytes: number;
  readonly maxPayloadBytes: number;
  readonly maxLineBytes: number;
  /** For a body to arrive, and for a stream to stand still. */
  readonly timeoutMillis: number;
}

/** One result for each request, in order. @throws as `appendRecords`. */
export type Append = (
  principal: Principal,
  ledger: string,
  requests: readonly RecordRequest[],
) => Promise<readonly RecordResult[]>;

/** What became of a line; a receipt is JSON text already. */
export type LineResult = RecordResult<AsciiJson>;

/** One result for each line, in order. @throws as `appendRecordLines`. */
export type AppendLines = (
  principal: Principal,
  ledger: string,
  lines: readonly Uint8Array[],
) => Promise<readonly LineResult[]>;

interface AppendTarget {
  readonly principal: Principal;
  readonly ledger: string;
  readonly limits: RecordLimits;
}

export interface AppendContext extends AppendTarget {
  readonly append: Append;
}

export interface StreamContext extends AppendTarget {
  readonly appendLines: AppendLines;
}

export async function appendOne(
  request: Request,
  response: Response,
  { principal, ledger, append, limits }: AppendContext,
): Promise<void> {
  const idempotencyKey = headerKey(request);
  const { maxBodyBytes: maxBytes, timeoutMillis } = limits;
  const bytes = await readBody(request, { maxBytes, timeoutMillis });
  const value = parseStrictJson(utf8ToString(bytes));
  const record = parseRecordInput(value);
  checkPayloadSize(record, bytes.length, limits.maxPayloadBytes);
  const [result] = await append(principal, ledger, [{ record, idempotencyKey }]);
  if (result === undefined) throw new Error('a request without a result');
  if (result.kind === 'error') throw result.error;
  const { receipt, isRepeated } = result;
  response.setHeader('Location', `/v1/ledgers/${ledger}/records/${receipt.id}`);
  sendJson(response, isRepeated ? 200 : 201, receipt);
}

export async function appendStream(
  request: Request,
  response: Response,
  { principal, ledger, appendLines, limits }: StreamContext,
): Promise<void> {
  if (headerKey(request) !== null)
    throw new ApiError(
      'REQUEST_INVALID',
      'in NDJSON each line has its own idempotencyKey: leave the header out',
    );
  const options = {
    ...NDJSON_EXCHANGE,
    maxLineBytes: limits.maxLineBytes,
    idleTimeoutMillis: limits.timeoutMillis,
  };
  const requestId = requestIdOf(response);
  await exchangeNdjson(request, response, options, async (lines) => {
    const results = await resultsOf(lines, (texts) => appendLines(principal, ledger, texts));
    return results.map((result, at) =>
      result.kind === 'receipt'
        ? result.receipt
        : asciiJson(lineProblem(result.error, lines[at]?.number ?? 0, requestId)),
    );
  });
}

/** Results in the place of their lines. What fails all that could be appended fails each of them. */
async function resultsOf(
  lines: readonly NdjsonLine[],
  append: (texts: readonly Uint8Array[]) => Promise<readonly LineResult[]>,
): Promise<LineResult[]> {
  const texts = lines.flatMap((line) => (line.kind === 'line' ? [line.bytes] : []));
  let appended: readonly LineResult[];
  try {
    appended = await append(texts);
  } catch (error) {
    if (!(error instanceof ChirographError)) throw error;
    appended = texts.map(() => ({ kind: 'error', error }));
  }
  let next = 0;
  return lines.map((line) => {
    const refusal = lineRefusal(line);
    const result = refusal === null ? appended[next++] : { kind: 'error' as const, error: refusal };
    if (result === undefined) throw new Error('fewer results than lines');
    return result;
  });
}

function headerKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))
    throw new ApiError('REQUEST_INVALID', `Idempotency-Key ${IDEMPOTENCY_KEY_RULE}`);
  return key;
}
