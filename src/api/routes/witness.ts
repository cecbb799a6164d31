/** A witness over HTTP (C2SP tlog-witness), and what it has kept (docs/formats/witness.md, "Reading"). */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { toHex } from '../../base/bytes.js';
import { isHexDigest } from '../../base/hex-digest.js';
import { formatInstant } from '../../base/time.js';
import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { type LogSummary, summaryOf } from '../../checkpoint/log-summary.js';
import type { LogWitness } from '../../checkpoint/log-witness.js';
import { checkpointOf, type SeenLine } from '../../checkpoint/seen-line.js';
import type { SeenReader } from '../../checkpoint/seen-reader.js';
import type { Witness } from '../../checkpoint/witness.js';
import { sendJson } from '../answer.js';
import { ApiError } from '../api-error.js';
import { readBody, refuseCompressed } from '../body.js';
import { sizeText } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { branded, instantSchema, json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface WitnessRoutesOptions {
  readonly witness: Witness;
  /** For a body to arrive. */
  readonly timeoutMillis: number;
}

const MAX_BODY_BYTES = 128 * 1024;
/** Bodies in memory: 16 MiB at most, whoever sends them. */
const MAX_AT_ONCE = 128;
const MAX_PAGE = 100;
const TEXT = 'text/plain; charset=utf-8';
/** C2SP tlog-witness. */
const SIZE_TEXT = 'text/x.tlog.size';

const originHash = branded(/^[0-9a-f]{64}$/, isHexDigest).meta({
  description: 'SHA-256 of the origin, as hex.',
});
const pathSchema = z.object({ origin: originHash });
const limitText = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/)
  .default(String(MAX_PAGE))
  .transform(Number)
  .meta({ type: 'integer', minimum: 1, maximum: MAX_PAGE, default: MAX_PAGE });
/** Where the page begins: a byte, or a place in the list. What is no such place is refused. */
const cursorText = sizeText.optional();
const logsQuerySchema = z.strictObject({ limit: limitText, cursor: cursorText });
const seenQuerySchema = z
  .strictObject({ limit: limitText, cursor: cursorText, from: sizeText.optional() })
  .refine(({ cursor, from }) => cursor === undefined || from === undefined, {
    message: 'give from or cursor, not both',
  });
const noQuerySchema = z.strictObject({});

const cursor = z.string().nullable().meta({ description: 'Of the next page; null at the end.' });
const lineSchema = z.object({
  at: instantSchema,
  kind: z.enum(['cosigned', 'split-view', 'unproven']),
  newest: z.int(),
  size: z.int(),
  rootHash: z.string(),
  note: z.string(),
  other: z.string().optional(),
});
const seenSchema = z.object({ items: z.array(lineSchema), cursor });
const splitViewsSchema = z.object({ items: z.array(lineSchema) });
const logSchema = z.object({
  origin: z.string(),
  originHash: z.string(),
  verifierKeys: z.array(z.string()),
  newest: z.object({ size: z.int(), rootHash: z.string(), at: instantSchema }).nullable(),
  splitViews: z.int(),
});
const logsSchema = z.object({ verifierKey: z.string(), items: z.array(logSchema), cursor });

export function witnessRoutes({ witness, timeoutMillis }: WitnessRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const logOf = (request: Request): LogWitness =>
    witness.log(validate(pathSchema, request.params, 'the path').origin);
  addResource(router, '/add-checkpoint', { post: addCheckpoint(witness, timeoutMillis) });
  addResource(router, '/logs', {
    get: (request, response) => {
      const { limit, cursor: from = 0 } = validate(logsQuerySchema, request.query, 'the query');
      const { logs, verifierKeyText } = witness;
      if (from > logs.length) throw invalidCursor();
      const items = logs.slice(from, from + limit).map((log) => describedLog(summaryOf(log)));
      const next = from + items.length;
      const answer = { items, cursor: next < logs.length ? String(next) : null };
      sendJson(response, 200, { verifierKey: verifierKeyText, ...answer });
    },
  });
  addResource(router, '/:origin/checkpoint', {
    get: (request, response) => {
      const { newest } = logOf(request).seen;
      validate(noQuerySchema, request.query, 'the query');
      if (newest === null)
        throw new CheckpointError('WITNESS_NOTHING_YET', 'no checkpoint of this log was sent yet');
      response.setHeader('Content-Type', TEXT);
      response.setHeader('Cache-Control', 'no-store');
      response.end(newest.note);
    },
  });
  addResource(router, '/:origin/checkpoints', {
    get: async (request, response) => {
      const { seen } = logOf(request);
      const { limit, ...place } = validate(seenQuerySchema, request.query, 'the query');
      const { lines, next } = await seen.page(await startOf(seen, place), limit);
      const following = next === null ? null : String(next);
      sendJson(response, 200, { items: lines.map(describedLine), cursor: following });
    },
  });
  addResource(router, '/:origin/split-views', {
    get: async (request, response) => {
      const { seen } = logOf(request);
      validate(noQuerySchema, request.query, 'the query');
      sendJson(response, 200, { items: (await seen.splitViews()).map(describedLine) });
    },
  });
  return router;
}

function addCheckpoint(witness: Witness, timeoutMillis: number): RequestHandler {
  let underWay = 0;
  return async (request, response) => {
    refuseCompressed(request);
    if (underWay >= MAX_AT_ONCE)
      throw new ApiError('SERVER_BUSY', 'too many checkpoints are arriving: try again in a moment');
    underWay++;
    try {
      const body = await readBody(request, { maxBytes: MAX_BODY_BYTES, timeoutMillis });
      const answer = await witness.addCheckpoint(body);
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Content-Type', answer.kind === 'cosigned' ? TEXT : SIZE_TEXT);
      response.statusCode = answer.kind === 'cosigned' ? 200 : 409;
      response.end(answer.kind === 'cosigned' ? answer.lines : `${answer.size}\n`);
    } finally {
      underWay--;
    }
  };
}

type Place = Omit<z.output<typeof seenQuerySchema>, 'limit'>;

async function startOf(seen: SeenReader, { cursor: offset, from }: Place): Promise<number> {
  if (from !== undefined) return seen.find(from);
  if (offset === undefined) return 0;
  if (!(await seen.isPageStart(offset))) throw invalidCursor();
  return offset;
}

function describedLine(line: SeenLine): z.output<typeof lineSchema> {
  const { at, kind, newest, note, other } = line;
  const { size, rootHash } = checkpointOf(line);
  const described = { at: formatInstant(at), kind, newest, size, rootHash: toHex(rootHash), note };
  return { ...described, ...(other !== undefined && { other }) };
}

function describedLog({ newest, verifierKeys, ...log }: LogSummary): z.output<typeof logSchema> {
  return {
    ...log,
    verifierKeys: [...verifierKeys],
    newest:
      newest === null
        ? null
        : {
            size: newest.size,
            rootHash: toHex(newest.rootHash),
            at: formatInstant(newest.at),
          },
  };
}

function invalidCursor(): ApiError {
  return new ApiError('CURSOR_INVALID', 'use a cursor as this list gave it');
}

export function describeWitness(registry: OpenAPIRegistry): void {
  const text = { [TEXT]: { schema: z.string() } };
  const common = { tags: ['witness'], security: [] };
  registry.registerPath({
    ...common,
    method: 'post',
    path: '/add-checkpoint',
    summary: 'Cosigns a checkpoint that goes on from the newest (C2SP tlog-witness)',
    request: { body: { content: text, required: true } },
    responses: {
      200: { description: 'The cosignature, one line.', content: text },
      409: {
        description: 'The size of the newest head, which is not the one named.',
        content: { [SIZE_TEXT]: { schema: z.string() } },
      },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/logs',
    summary: 'The key of the witness, and its logs',
    request: { query: logsQuerySchema },
    responses: {
      200: { description: 'Logs.', content: json(logsSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/{origin}/checkpoint',
    summary: 'The newest head of a log, with the cosignature',
    request: { params: pathSchema },
    responses: {
      200: { description: 'A signed note.', content: text },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/{origin}/checkpoints',
    summary: 'All signed checkpoints of a log that are kept, oldest first',
    request: { params: pathSchema, query: seenQuerySchema },
    responses: {
      200: { description: 'Signed notes.', content: json(seenSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/{origin}/split-views',
    summary: 'The proofs of misbehaviour: two signed checkpoints each, of one size with two roots',
    request: { params: pathSchema },
    responses: {
      200: { description: 'Proofs.', content: json(splitViewsSchema) },
      default: problemResponse,
    },
  });
}
