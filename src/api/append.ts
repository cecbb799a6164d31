/** Bodies that are to be appended: one record as JSON, or a stream of them as NDJSON. */
import type { Request, Response } from 'express';
import type { Principal } from '../access/authorize.js';
import { asciiJson } from '../base/ascii-json.js';
import { ChirographError } from '../base/errors.js';
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

/** What became of a record; a receipt is JSON text already. */
export type TextResult = RecordResult<ReceiptText>;

/** @throws as `appendRecordTexts`. */
export type Append = (
  principal: Principal,
  ledger: string,
  text: RecordText,
) => Promise<TextResult>;

/** One result for each text, in order. @throws as `appendRecordTexts`. */
export type AppendAll = (
  principal: Principal,
  ledger: string,
  texts: readonly RecordText[],
) => Promise<readonly TextResult[]>;

interface AppendTarget {
  readonly principal: Principal;
  readonly ledger: string;
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
  { principal, ledger, append, limits }: AppendContext,
): Promise<void> {
  const idempotencyKey = headerKey(request);
  const { maxBodyBytes: maxBytes, timeoutMillis } = limits;
  const bytes = await readBody(request, { maxBytes, timeoutMillis });
  const result = await append(principal, ledger, { bytes, idempotencyKey });
  if (result.kind === 'error') throw result.error;
  const { receipt, isRepeated } = result;
  response.setHeader('Location', `/v1/ledgers/${ledger}/records/${receipt.id}`);
  sendJsonText(response, isRepeated ? 200 : 201, receipt.json);
}

export async function appendStream(
  request: Request,
  response: Response,
  { principal, ledger, appendAll, limits, refuse }: StreamContext,
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
    const results = await resultsOf(lines, (texts) => appendAll(principal, ledger, texts));
    for (const result of results)
      if (result.kind === 'error' && isClaimRefusal(result.error)) await refuse(result.error);
    return results.map((result, at) =>
      result.kind === 'receipt'
        ? result.receipt.json
        : asciiJson(lineProblem(result.error, lines[at]?.number ?? 0, requestId)),
    );
  });
}

/** Other refusals of lines are told in the answer alone: it is whose word it is that was tried here. */
function isClaimRefusal({ code }: ChirographError): boolean {
  return code.startsWith('CLAIM_');
}

/** Results in the place of their lines. What fails all that could be appended fails each of them. */
async function resultsOf(
  lines: readonly NdjsonLine[],
  append: (texts: readonly RecordText[]) => Promise<readonly TextResult[]>,
): Promise<TextResult[]> {
  const texts = lines.flatMap((line) => (line.kind === 'line' ? [{ bytes: line.bytes }] : []));
  let appended: readonly TextResult[];
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
