/** Bodies that are to be appended: one record as JSON, or a stream of them as NDJSON. */
import type { Request, Response } from 'express';
import type { Principal } from '../access/authorize.js';
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { ChirographError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import type { RecordRequest, RecordResult } from '../commands/append-records.js';
import { checkPayloadSize } from '../records/payload-size.js';
import { parseRecordInput } from '../records/record-input.js';
import { sendJson } from './answer.js';
import { ApiError } from './api-error.js';
import { readBody } from './body.js';
import { exchangeNdjson, NDJSON_EXCHANGE } from './ndjson-exchange.js';
import { type NdjsonLine, parseNdjsonLine } from './ndjson-lines.js';
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

export interface AppendContext {
  readonly principal: Principal;
  readonly ledger: string;
  readonly append: Append;
  readonly limits: RecordLimits;
}

/** Visible ASCII, as a header field can carry it. */
export const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

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
  { principal, ledger, append, limits }: AppendContext,
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
    const requests = lines.map((line) => orError(() => readLine(line, limits)));
    const results = await appendLines(requests, (ready) => append(principal, ledger, ready));
    return results.map((result, at) =>
      result.kind === 'receipt'
        ? result.receipt
        : lineProblem(result.error, lines[at]?.number ?? 0, requestId),
    );
  });
}

/** Results in the place of their lines. What fails all that could be appended fails each of them. */
async function appendLines(
  requests: readonly (RecordRequest | ChirographError)[],
  append: (ready: readonly RecordRequest[]) => Promise<readonly RecordResult[]>,
): Promise<RecordResult[]> {
  const ready = requests.filter((one): one is RecordRequest => !(one instanceof ChirographError));
  let results: readonly RecordResult[];
  try {
    results = await append(ready);
  } catch (error) {
    if (!(error instanceof ChirographError)) throw error;
    results = ready.map(() => ({ kind: 'error', error }));
  }
  let next = 0;
  return requests.map((one) => {
    const result =
      one instanceof ChirographError ? { kind: 'error' as const, error: one } : results[next++];
    if (result === undefined) throw new Error('fewer results than requests');
    return result;
  });
}

function readLine(line: NdjsonLine, { maxPayloadBytes }: RecordLimits): RecordRequest {
  const value = parseNdjsonLine(line);
  const length = line.kind === 'line' ? line.bytes.length : 0;
  if (!isJsonObject(value) || !Object.hasOwn(value, 'idempotencyKey'))
    return { record: checked(value, length, maxPayloadBytes), idempotencyKey: null };
  const { idempotencyKey, ...rest } = value;
  if (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY_PATTERN.test(idempotencyKey))
    throw badKey('idempotencyKey', '/idempotencyKey');
  return { record: checked(rest, length, maxPayloadBytes), idempotencyKey };
}

function checked(value: JsonValue, length: number, maxPayloadBytes: number) {
  const record = parseRecordInput(value);
  checkPayloadSize(record, length, maxPayloadBytes);
  return record;
}

function headerKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY_PATTERN.test(key))
    throw badKey('Idempotency-Key', '');
  return key;
}

function badKey(what: string, pointer: string): ApiError {
  const detail = 'must be 1 to 255 visible ASCII characters';
  const errors = pointer === '' ? {} : { errors: [{ pointer, detail }] };
  return new ApiError('REQUEST_INVALID', `${what} ${detail}`, errors);
}

function orError<T>(act: () => T): T | ChirographError {
  try {
    return act();
  } catch (error) {
    if (error instanceof ChirographError) return error;
    throw error;
  }
}
