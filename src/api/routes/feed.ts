/** `/v1/ledgers/{ledger}/feed`: what is appended, as it comes, for whoever keeps something of their own up to it. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type { LeafIndex } from '../../base/brand.js';
import { ledgerFeed } from '../../queries/ledger-feed.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { Guard } from '../authentication.js';
import { indexText, ledgerPath } from '../entry-schemas.js';
import { EVENT_STREAM, type EventStreamLimits, sendEvents } from '../event-stream.js';
import { Places, type PlacesOptions } from '../places.js';
import { addResource } from '../resource.js';
import { problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface FeedRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly limits: EventStreamLimits;
  readonly places?: PlacesOptions;
  /** Aborted when the node stops: open feeds must not hold it up. */
  readonly stopping: AbortSignal;
}

/** A connection and a timer each, held as long as the client likes. */
export const FEEDS_AT_A_TIME: PlacesOptions = { total: 256, perTenant: 64 };
/** Heartbeats below the idle time-outs of usual proxies; a revoked key reads no longer than its feed. */
export const FEED_TIMES = { heartbeatMillis: 15_000, maxAgeMillis: 15 * 60_000 } as const;

const pathSchema = z.object(ledgerPath);
const querySchema = z.strictObject({
  from: indexText.optional().meta({
    type: 'integer',
    minimum: 0,
    description:
      'The first index; without it, what comes from now on. Last-Event-ID goes before it.',
  }),
  origin: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Of a log of the ledger; else the one that is written.' }),
});
const headersSchema = z.object({
  'Last-Event-ID': indexText.optional().meta({
    type: 'integer',
    minimum: 0,
    description: 'The index of the last entry that was read: the feed goes on behind it.',
  }),
});

export function feedRoutes(options: FeedRoutesOptions): Router {
  const { guard, ledgers, limits, stopping } = options;
  const places = new Places(options.places ?? FEEDS_AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/feed', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { from, origin } = validate(querySchema, request.query, 'the query');
      const feed = ledgerFeed(ledgers.find(tenant, ledger), {
        origin,
        from: lastRead(request) ?? from,
      });
      if (feed.isOver) {
        // Tells an EventSource not to come again.
        response.status(204).end();
        return;
      }
      places.take(tenant, response);
      await sendEvents(request, response, limits, stopping, async function* (signal) {
        for await (const group of feed.entries(signal))
          yield group.map((entry) => ({
            id: String(entry.index),
            event: 'entry',
            data: JSON.stringify(entry),
          }));
      });
    }),
  });
  return router;
}

/** Where a client that was cut goes on: it sends the header with the query of its first request. */
function lastRead(request: Request): LeafIndex | undefined {
  const header = request.get('last-event-id');
  if (header === undefined || header === '') return undefined;
  return (validate(indexText, header, 'the header Last-Event-ID') + 1) as LeafIndex;
}

export function describeFeed(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/feed',
    summary: 'What is appended to a ledger, as it comes',
    description:
      'Server-sent events named entry: the id is the index, the data are {index, id, kind, type, recordedAt, origin}, without payloads and without names. Every fifteen minutes the stream ends, and a client comes again with Last-Event-ID. 204 at the end of a log that is not written any more.',
    tags: ['ledgers'],
    request: { params: pathSchema, query: querySchema, headers: headersSchema },
    responses: {
      200: { description: 'Without end.', content: { [EVENT_STREAM]: { schema: z.string() } } },
      204: { description: 'Nothing more will come.' },
      default: problemResponse,
    },
  });
}
