/** Backends of epochs, as `/v1/anchors` tells them. */
import { z } from 'zod';
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import type { BackendView } from '../queries/anchor-backends.js';
import { instantSchema } from './schemas.js';

const BACKEND_KINDS = [
  'chain',
  'witnesses',
  'time-stamps',
  'calendars',
  'files',
] as const satisfies readonly BackendView['kind'][];
const count = z.number().int();

export const backendsSchema = z
  .array(
    z.object({
      kind: z.enum(BACKEND_KINDS),
      name: z.string().nullable().meta({ description: 'A chain, or the authority of the last.' }),
      size: count.meta({ description: 'Of the epoch log, as it holds it for good.' }),
      at: instantSchema.nullable().meta({
        description: 'When it came to; of time-stamps by the authority’s clock.',
      }),
      waiting: z.object({
        epochs: count,
        since: instantSchema
          .nullable()
          .meta({ description: 'When the oldest of them was made; null where none waits.' }),
      }),
      missed: count.meta({ description: 'Tries in a row that failed.' }),
      failure: z.string().nullable().meta({ description: 'Code of the last of them, if known.' }),
      nextAt: instantSchema.nullable().meta({ description: 'It is not tried before this.' }),
      alarms: z.array(
        z.object({
          code: z.string(),
          subject: z.string().nullable().meta({ description: 'A file, if it is of one.' }),
        }),
      ),
    }),
  )
  .meta({
    description: 'Who has the epoch log, each by itself; what waits for one is in no other’s way.',
  });

export function backendsView(views: readonly BackendView[]): z.infer<typeof backendsSchema> {
  return views.map(({ at, nextAt, waiting, alarms, ...view }) => ({
    ...view,
    at: instantOrNull(at),
    nextAt: instantOrNull(nextAt),
    waiting: { ...waiting, since: instantOrNull(waiting.since) },
    alarms: alarms.map((alarm) => ({ ...alarm })),
  }));
}

function instantOrNull(at: UnixMillis | null): string | null {
  return at === null ? null : formatInstant(at);
}
