/** Bodies that are to be appended: one record as JSON, or a stream of them as NDJSON. */
import type { Request, Response } from 'express';
import type { Principal } from '../access/authorize.js';
import { type AsciiJson, asciiJson } from '../base/ascii-json.js';
import { assert, ChirographError } from '../base/errors.js';
import type { Durability, DurablyAppended } from '../commands/append-durably.js';
import type { RecordResult } from '../commands/append-target.js';
import {
  IDEMPOTENCY_KEY,
  IDEMPOTENCY_KEY_RULE,
  type RecordText,
} from '../commands/preparation/record-request.js';
import type { ReceiptText } from '../queries/receipt-json.js';
import { sendJsonText } from './answer.js';
import { ApiError } from './api-error.js';
import type { Refuse } from './authentication.js';
import { readBody } from './body.js';
import { exchangeNdjson, NDJSON_EXCHANGE } from './ndjson-exchange.js';
import { lineRefusal, type NdjsonLine } from './ndjson-lines.js';
import { lineProblem } from './problem.js';
import { requestIdOf } from './request-id.js';

export interface RecordLimits {
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
  /** For a body to arrive, and for a stream to stand still. */
  readonly timeoutMillis: number;
}

/** One result for each text, in order. @throws as `appendRecordTexts` and `appendDurably`. */
export type AppendAll = (
  target: AppendTo,
  texts: readonly RecordText[],
) => Promise<DurablyAppended<ReceiptText>>;

/** The same of one. */
export type Append = (target: AppendTo, text: RecordText) => Promise<DurablyAppended<ReceiptText>>;

export interface AppendTo {
  readonly principal: Principal;
  readonly ledger: string;
  /** That is asked for. */
  readonly durability: Durability | null;
}

interface AppendTarget extends AppendTo {
  readonly limits: RecordLimits;
}

export interface AppendContext extends AppendTarget {
  readonly append: Append;
}

export interface StreamContext extends AppendTarget {
  readonly appendAll: AppendAll;
  /** Told of each line whose claim is refused. */
  readonly refuse: Refuse;
}

export async function appendOne(
  request: Request,
  response: Response,
  { append, limits, ...target }: AppendContext,
): Promise<void> {
  const idempotencyKey = headerKey(request);
  const { maxBodyBytes: maxBytes, timeoutMillis } = limits;
  const bytes = await readBody(request, { maxBytes, timeoutMillis });
  const appended = await append(target, { bytes, idempotencyKey });
  if (appended.kind === 'pending') {
    sendJsonText(response, 202, pendingJson());
    return;
  }
  const [result] = appended.results;
  assert(result !== undefined, 'a record has a result');
  if (result.kind === 'error') throw result.error;
  const { receipt, isRepeated } = result;
  response.setHeader('Location', `/v1/ledgers/${target.ledger}/records/${receipt.id}`);
  const status = appended.isLate ? 202 : isRepeated ? 200 : 201;
  sendJsonText(response, status, receiptJson(receipt, appended.durability));
}

export async function appendStream(
  request: Request,
  response: Response,
  { appendAll, limits, refuse, ...target }: StreamContext,
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
    const { results, durability } = await resultsOf(lines, (texts) => appendAll(target, texts));
    for (const result of results)
      if (result.kind === 'error' && isClaimRefusal(result.error)) await refuse(result.error);
    return results.map((result, at) => {
      const line = lines[at]?.number ?? 0;
      if (result.kind === 'receipt') return receiptJson(result.receipt, durability);
      return result.kind === 'pending'
        ? pendingJson(line)
        : asciiJson(lineProblem(result.error, line, requestId));
    });
  });
}

function pendingJson(line?: number): AsciiJson {
  return asciiJson({
    pending: true,
    detail:
      'too few members have it on disk yet, and it goes on: send it again with the same idempotency key for its receipt, or to hear why it has none',
    ...(line !== undefined && { line }),
  });
}

function receiptJson({ json }: ReceiptText, durability: Durability | null): AsciiJson {
  // A receipt is written as text, and is an object that has members.
  return durability === null
    ? json
    : (`${json.slice(0, -1)},"durability":"${durability}"}` as AsciiJson);
}

/** Other refusals of lines are told in the answer alone: it is whose word it is that was tried here. */
function isClaimRefusal({ code }: ChirographError): boolean {
  return code.startsWith('CLAIM_');
}

type LineResult = RecordResult<ReceiptText> | { readonly kind: 'pending' };

interface LineResults {
  readonly results: readonly LineResult[];
  readonly durability: Durability | null;
}

/** Results in the place of their lines. What fails all that could be appended fails each of them. */
async function resultsOf(
  lines: readonly NdjsonLine[],
  append: (texts: readonly RecordText[]) => Promise<DurablyAppended<ReceiptText>>,
): Promise<LineResults> {
  const texts = lines.flatMap((line) => (line.kind === 'line' ? [{ bytes: line.bytes }] : []));
  const { results: appended, durability } = await lineResults(texts, append);
  let next = 0;
  const results = lines.map((line) => {
    const refusal = lineRefusal(line);
    const result = refusal === null ? appended[next++] : { kind: 'error' as const, error: refusal };
    if (result === undefined) throw new Error('fewer results than lines');
    return result;
  });
  return { results, durability };
}

async function lineResults(
  texts: readonly RecordText[],
  append: (texts: readonly RecordText[]) => Promise<DurablyAppended<ReceiptText>>,
): Promise<LineResults> {
  try {
    const appended = await append(texts);
    return appended.kind === 'appended'
      ? appended
      : { results: texts.map(() => appended), durability: null };
  } catch (error) {
    if (!(error instanceof ChirographError)) throw error;
    return { results: texts.map(() => ({ kind: 'error', error })), durability: null };
  }
}

function headerKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))
    throw new ApiError('REQUEST_INVALID', `Idempotency-Key ${IDEMPOTENCY_KEY_RULE}`);
  return key;
}
