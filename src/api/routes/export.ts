/** `/v1/ledgers/{ledger}/export`: all entries of a question as one file, as of one size. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import type { DisclosedEntry } from '../../access/disclosure.js';
import { definedMembers } from '../../base/defined-members.js';
import type { EntryView } from '../../queries/entry-view.js';
import { type EntryExport, exportEntries } from '../../queries/export-entries.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { Guard } from '../authentication.js';
import { csvHeader, csvRows } from '../entry-csv.js';
import { ledgerPath } from '../entry-schemas.js';
import { NDJSON } from '../ndjson-exchange.js';
import { goneSignal, Places } from '../places.js';
import { addResource } from '../resource.js';
import { problemResponse } from '../schemas.js';
import { sendStream } from '../stream-answer.js';
import { validate } from '../validate.js';
import { askedFilters, filterQuery, filtersOf, stateOfQuery, stateQuery } from '../view-schemas.js';

export interface ExportRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly book: Pick<AccessBook, 'checkExport'>;
  /** Longest time in which a client reads nothing. */
  readonly idleTimeoutMillis: number;
}

/** Each holds a line of every entry that it will send. */
const EXPORTS_AT_A_TIME = { total: 8, perTenant: 4 };
/** Opened and sent together. */
const GROUP_ENTRIES = 64;
const GROUP_BYTES = 256 * 1024;

const CSV = 'text/csv';
const FORMATS = {
  ndjson: { type: NDJSON, extension: 'ndjson', chunks: ndjsonChunks },
  csv: { type: `${CSV}; charset=utf-8; header=present`, extension: 'csv', chunks: csvChunks },
} as const;

const pathSchema = z.object(ledgerPath);
const querySchema = z.strictObject({
  format: z.enum(['ndjson', 'csv']).default('ndjson').meta({ description: 'Of the file.' }),
  ...stateQuery,
  ...filterQuery,
});

export function exportRoutes(options: ExportRoutesOptions): Router {
  const { guard, ledgers, book, idleTimeoutMillis } = options;
  const places = new Places(EXPORTS_AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/export', {
    get: guard.disclosing('record:read', async (principal, request, response) => {
      const { tenant } = principal;
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { format, ...query } = validate(querySchema, request.query, 'the query');
      const asked = ledgers.find(tenant, ledger);
      book.checkExport(principal, ledger);
      places.take(tenant, response);
      const state = stateOfQuery(query);
      const filters = filtersOf(query);
      const made = await exportEntries(asked, { ...state, filters }, goneSignal(response));
      const { asOf, found, rootHash } = made;
      const { size } = asOf;
      const { type, extension, chunks } = FORMATS[format];
      return {
        ledger,
        question: definedMembers({
          ...state,
          ...askedFilters(filters),
          format,
          size,
          count: found.length,
          rootHash,
        }),
        entries: found.map(disclosedOf),
        send: () =>
          sendStream(request, response, {
            headers: {
              'Content-Type': type,
              // The name of a ledger that is there has letters, digits and hyphens only.
              'Content-Disposition': `attachment; filename="${ledger}-${size}.${extension}"`,
              'Cache-Control': 'no-store',
              'X-Chirograph-As-Of': String(size),
              'X-Chirograph-Count': String(found.length),
              'X-Chirograph-Root': rootHash,
            },
            chunks: chunks(made),
            idleTimeoutMillis,
          }),
      };
    }),
  });
  return router;
}

async function* ndjsonChunks(made: EntryExport): AsyncGenerator<string> {
  for await (const group of groupsOf(made.entries()))
    yield group.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const { asOf, found, origin, rootHash } = made;
  yield `${JSON.stringify({ end: { count: found.length, origin, asOf, rootHash } })}\n`;
}

async function* csvChunks(made: EntryExport): AsyncGenerator<string> {
  yield csvHeader();
  for await (const group of groupsOf(made.entries())) yield csvRows(group);
}

async function* groupsOf(entries: AsyncIterable<EntryView>): AsyncGenerator<readonly EntryView[]> {
  let group: EntryView[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    group.push(entry);
    bytes += JSON.stringify(entry.payload ?? null).length;
    if (group.length < GROUP_ENTRIES && bytes < GROUP_BYTES) continue;
    yield group;
    [group, bytes] = [[], 0];
  }
  if (group.length > 0) yield group;
}

function disclosedOf({
  leafHash,
  recordedAt,
  type,
  subject,
}: EntryExport['found'][number]): DisclosedEntry {
  return { leafHash, recordedAt, type, subject };
}

export function describeExport(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/export',
    summary: 'All entries of a question as one file',
    description:
      'As of one size, which X-Chirograph-As-Of names; X-Chirograph-Count says how many entries there are, and X-Chirograph-Root is the RFC 6962 root over their leaf hashes, in order. The last line of NDJSON says the same in its member end: without it the file was cut. In CSV a text that a spreadsheet would take for a formula has an apostrophe before it, and the payload is RFC 8785 JSON in one column. At most 100,000 entries.',
    tags: ['records'],
    request: { params: pathSchema, query: querySchema },
    responses: {
      200: {
        description: 'The file.',
        content: {
          [NDJSON]: { schema: z.looseObject({}) },
          [CSV]: { schema: z.string() },
        },
      },
      default: problemResponse,
    },
  });
}
