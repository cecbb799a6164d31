/** `GET /v1/files/{drive}?events`: what changes in a drive, as it changes. Each is on record before it is sent. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { indexText } from '../../api/entry-schemas.js';
import { sendEvents, type ServerEvent } from '../../api/event-stream.js';
import { Places } from '../../api/places.js';
import { FEEDS_AT_A_TIME } from '../../api/routes/feed.js';
import { validate } from '../../api/validate.js';
import type { LeafIndex } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import { changesFeed, type FedChange } from '../changes-feed.js';
import { disclosedVersion, disclosureOf, driveOf, flag, stateOf } from './file-request.js';
import type { FilesParts } from './files-parts.js';

export const eventsQuery = z.strictObject({
  events: flag,
  prefix: z.string().max(1024).default('').meta({ type: 'string' }),
  from: indexText.optional().meta({
    type: 'integer',
    minimum: 0,
    description:
      'The first index; without it, what comes from now on. Last-Event-ID goes before it.',
  }),
});
export const eventHeaders = z.object({
  'Last-Event-ID': indexText.optional().meta({
    type: 'integer',
    minimum: 0,
    description: 'The index of the last change that was read: `?events` goes on behind it.',
  }),
});

export function eventsHandler(parts: FilesParts): RequestHandler {
  const { guard, events, stopping } = parts;
  const places = new Places(FEEDS_AT_A_TIME);
  return guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const { prefix, from } = validate(eventsQuery, request.query, 'the query');
    const state = await stateOf(parts, tenant, name, undefined);
    const feed = changesFeed(state.ledger, lastRead(request) ?? from, prefix);
    places.take(tenant, response);
    return {
      ...disclosureOf(name, state, { events: true }, []),
      send: (more) =>
        sendEvents(request, response, events, stopping, async function* (signal) {
          for await (const group of feed(signal)) {
            await more(group.map(disclosedVersion));
            yield group.map(eventOf);
          }
        }),
    };
  });
}

function lastRead(request: Request): LeafIndex | undefined {
  const text = request.get('Last-Event-ID');
  if (text === undefined || text === '') return undefined;
  const index = validate(indexText, text, 'the header Last-Event-ID');
  return (index + 1) as LeafIndex;
}

function eventOf({ index, id, recordedAt, author, change }: FedChange): ServerEvent {
  const { action, path } = change;
  const data = {
    ...{ index, id, action, path, recordedAt: formatInstant(recordedAt), author },
    ...(change.action === 'put' && {
      ...{ version: id, size: change.size, etag: change.etag, mediaType: change.mediaType },
    }),
    ...(change.action === 'delete' && { version: id }),
    ...('version' in change && { version: change.version }),
  };
  return { id: String(index), event: 'change', data: JSON.stringify(data) };
}
