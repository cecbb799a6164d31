/** `/v1/ledgers/{ledger}/subjects/{subject}`: the forensic views of one person. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type { DisclosedEntry } from '../../access/disclosure.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { parseInstant } from '../../base/time.js';
import { instantOfState } from '../../queries/as-of.js';
import { disclosedView } from '../../queries/disclosed-entries.js';
import { type EvidenceParts, sourcesOf } from '../../queries/entry-evidence.js';
import type { EntryView } from '../../queries/entry-view.js';
import { collectionContainer, CONTAINER_TYPES } from '../../queries/evidence-container.js';
import { exportCollection } from '../../queries/export-collection.js';
import { completeAnswerJson } from '../../queries/prove-complete.js';
import { subjectDiff } from '../../queries/subject-diff.js';
import { type MentionView, subjectState } from '../../queries/subject-state.js';
import { subjectTimeline } from '../../queries/subject-timeline.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { logOf } from '../../queries/view-state.js';
import { sendJson } from '../answer.js';
import { ApiError } from '../api-error.js';
import type { Guard } from '../authentication.js';
import type { ContainerSeals } from '../container-seals.js';
import type { CursorCodec } from '../cursor.js';
import { Places } from '../places.js';
import { JSON_TYPE } from '../report-format.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import {
  diffQuerySchema,
  diffSchema,
  evidenceQuerySchema,
  stateQuerySchema,
  subjectPathSchema,
  subjectStateSchema,
  timelineQuerySchema,
  timelineSchema,
} from '../subject-schemas.js';
import { validate } from '../validate.js';
import { listOf, positionOf, stateOfQuery } from '../view-schemas.js';

export interface SubjectsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly ledgers: TenantLedgers;
  readonly evidence: EvidenceParts;
  readonly seals: ContainerSeals;
}

/** A collection is made in memory as a whole, and a proof may be the first to want a map made. */
const COLLECTIONS_AT_A_TIME = { total: 8, perTenant: 4 };
const COLLECTION_TYPES = { json: JSON_TYPE, asice: CONTAINER_TYPES.asice } as const;
const PROOFS_AT_A_TIME = { total: 32, perTenant: 16 };

export function subjectsRoutes(options: SubjectsRoutesOptions): Router {
  const { guard, cursors, ledgers, evidence, seals } = options;
  const collections = new Places(COLLECTIONS_AT_A_TIME);
  const proofs = new Places(PROOFS_AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/subjects/:subject', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger, subject } = validate(subjectPathSchema, request.params, 'the path');
      const query = validate(stateQuerySchema, request.query, 'the query');
      const { limit, cursor, validAt, type: types, proof } = query;
      const filters = { ...stateOfQuery(query), validAt, types };
      const list = listOf('subject', { tenant, ledger, subject, ...filters });
      const position = positionOf(cursors, list, cursor);
      const found = ledgers.find(tenant, ledger);
      if (proof !== undefined) proofs.take(tenant, response);
      const complete =
        proof === undefined
          ? null
          : await completeAnswerJson(found, subject, { ...filters, ...position });
      const { answer, state } = await subjectState(found, {
        ...filters,
        ...position,
        ...(complete !== null && { pinned: complete.size }),
        subject,
        limit,
      });
      const { next, ...shown } = answer;
      const { size } = answer.asOf;
      return {
        ledger,
        question: question({ subject, ...filters }, size),
        entries: [...shown.items.map(disclosedView), ...shown.mentions.map(mentioned(subject))],
        standing: async () => [await instantOfState(state.reader, shown.asOf)],
        send: () => {
          sendJson(response, 200, {
            ...shown,
            cursor: next === null ? null : cursors.encode(list, { next, size }),
            ...(complete !== null && { completeness: complete.json }),
          });
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/subjects/:subject/timeline', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger, subject } = validate(subjectPathSchema, request.params, 'the path');
      const query = validate(timelineQuerySchema, request.query, 'the query');
      const { limit, cursor, order, type: types, recordedFrom, recordedTo } = query;
      const asked = { types, recordedFrom, recordedTo, ...stateOfQuery(query) };
      const list = listOf('timeline', { tenant, ledger, subject, order, ...asked });
      const position = positionOf(cursors, list, cursor);
      const { next, ...timeline } = await subjectTimeline(ledgers.find(tenant, ledger), {
        ...asked,
        ...position,
        subject,
        limit,
        isReversed: order === 'desc',
      });
      const { items, asOf, origin } = timeline;
      const { size } = asOf;
      return {
        ledger,
        question: question({ subject, order, ...asked }, size),
        entries: items.map((item) =>
          'role' in item ? mentioned(subject)(item) : disclosedView(item),
        ),
        send: () => {
          sendJson(response, 200, {
            subject,
            origin,
            items,
            cursor: next === null ? null : cursors.encode(list, { next, size }),
            asOf,
          });
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/subjects/:subject/diff', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger, subject } = validate(subjectPathSchema, request.params, 'the path');
      const query = validate(diffQuerySchema, request.query, 'the query');
      const { from, to, validAt, fromValidAt, toValidAt, origin, type: types } = query;
      const found = ledgers.find(tenant, ledger);
      const reader = logOf(found.ledger, origin);
      const diff = await subjectDiff(found, {
        subject,
        origin,
        types,
        from: { asOf: from, validAt: fromValidAt ?? validAt },
        to: { asOf: to, validAt: toValidAt ?? validAt },
      });
      const shown = diff.items.flatMap(({ before, after }) => [before, after]);
      return {
        ledger,
        question: question(
          {
            ...{ subject, from, to, validAt, fromValidAt, toValidAt, origin, types },
            fromSize: diff.from.asOf.size,
          },
          diff.to.asOf.size,
        ),
        entries: shown.filter((entry): entry is EntryView => entry !== null).map(disclosedView),
        standing: () =>
          Promise.all([diff.from, diff.to].map(({ asOf }) => instantOfState(reader, asOf))),
        send: () => {
          sendJson(response, 200, diff);
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/subjects/:subject/evidence', {
    get: guard.disclosing('evidence:export', async ({ tenant }, request, response) => {
      const { ledger, subject } = validate(subjectPathSchema, request.params, 'the path');
      const query = validate(evidenceQuerySchema, request.query, 'the query');
      const { asOf, validAt, origin, type: types } = query;
      const format = collectionFormat(request, query.format);
      const found = ledgers.find(tenant, ledger);
      collections.take(tenant, response);
      const {
        bytes: collection,
        shown,
        sizes,
        authors,
      } = await exportCollection(
        sourcesOf(evidence, found.ledger.identity.tenant),
        found,
        (asOf ?? [undefined]).map((at) => ({ subject, origin, asOf: at, validAt, types })),
      );
      const bytes =
        format === 'json' ? collection : await collectionContainer(collection, seals.of(tenant));
      return {
        ledger,
        question: definedMembers({
          ...{ subject, asOf, validAt, origin, types, sizes },
          evidence: 'collection',
          format: format === 'json' ? undefined : format,
        }),
        entries: shown,
        persons: authors,
        send: () => {
          response.setHeader('Content-Type', COLLECTION_TYPES[format]);
          // It grows with signatures and anchors.
          response.setHeader('Cache-Control', 'no-store');
          response.setHeader('Vary', 'Accept');
          response.end(bytes);
        },
      };
    }),
  });
  return router;
}

/** @param format of the query, which goes before Accept. @throws ApiError NOT_ACCEPTABLE. */
function collectionFormat(
  request: Request,
  format: keyof typeof COLLECTION_TYPES | undefined,
): keyof typeof COLLECTION_TYPES {
  if (format !== undefined) return format;
  const { json: plain, asice } = COLLECTION_TYPES;
  const accepted = request.accepts([plain, asice]);
  if (accepted === plain) return 'json';
  if (accepted === asice) return 'asice';
  throw new ApiError('NOT_ACCEPTABLE', `a collection is given as ${plain} or ${asice}`);
}

/** As it is put on record: what was asked, and the state that answered. */
function question(asked: object, size: number): JsonObject {
  return definedMembers({ ...asked, size });
}

function mentioned(subject: string): (mention: MentionView) => DisclosedEntry {
  return ({ id, recordedAt, type }) => ({
    leafHash: id,
    recordedAt: parseInstant(recordedAt),
    type,
    subject,
  });
}

export function describeSubjects(registry: OpenAPIRegistry): void {
  const path = '/v1/ledgers/{ledger}/subjects/{subject}';
  const tags = ['subjects'];
  registry.registerPath({
    method: 'get',
    path,
    summary: 'What was known of a person: the version of each thing that stood',
    description:
      'Without validAt the last recorded version of each thing; with it the one that was valid then. A retracted version never stands.',
    tags,
    request: { params: subjectPathSchema, query: stateQuerySchema },
    responses: {
      200: { description: 'A page of things, by index.', content: json(subjectStateSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/timeline`,
    summary: 'Everything recorded about a person, in order',
    description:
      'With type a page may be short, even empty, and have a cursor: go on until that is null.',
    tags,
    request: { params: subjectPathSchema, query: timelineQuerySchema },
    responses: {
      200: { description: 'A page of entries.', content: json(timelineSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/diff`,
    summary: 'What changed between two states, field by field',
    tags,
    request: { params: subjectPathSchema, query: diffQuerySchema },
    responses: {
      200: { description: 'The things that differ.', content: json(diffSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/evidence`,
    summary:
      'Whole answers in one file, with the proof that they are all, for others to verify offline',
    tags,
    request: { params: subjectPathSchema, query: evidenceQuerySchema },
    responses: {
      200: {
        description:
          'docs/formats/collection.md; or a container of it under the operator’s seal, docs/formats/asic.md.',
        content: {
          ...json(z.looseObject({})),
          [COLLECTION_TYPES.asice]: { schema: z.string().meta({ format: 'binary' }) },
        },
      },
      default: problemResponse,
    },
  });
}
