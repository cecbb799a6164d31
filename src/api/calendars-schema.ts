/** What calendars have said of the epoch log, as `/v1/anchors` shows it. */
import { z } from 'zod';
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import type { CalendarStatus } from '../commands/anchor-now.js';
import { instantSchema } from './schemas.js';

const size = z.number().int();
export const calendarsSchema = z
  .object({
    stampedSize: size.meta({ description: 'Of the epoch log, as enough of them have taken it.' }),
    confirmedSize: size.meta({ description: 'As one of them has named a block of: its word.' }),
    lastStampedAt: instantSchema.nullable(),
    lastConfirmedAt: instantSchema.nullable().meta({
      description: 'Null before the first since the start.',
    }),
    open: z.number().int().meta({ description: 'Roots of which a promise is open.' }),
    waitingSince: instantSchema.nullable().meta({
      description: 'When the oldest was sent that no block and no larger one holds.',
    }),
    missed: z.number().int().meta({
      description: 'Tries in a row after which too few had taken the root.',
    }),
    lapsed: z.number().int().meta({
      description: 'Roots without a block after 14 days, since the start.',
    }),
    failures: z.array(z.object({ calendar: z.string(), code: z.string() })).meta({
      description: 'What kept them from answering at the last try.',
    }),
    alarms: z.array(z.enum(['missed', 'overdue'] satisfies CalendarStatus['alarms'][number][])),
  })
  .nullable()
  .meta({ description: 'OpenTimestamps calendars and the upstream; null where none is asked.' });

export function calendarsView(status: CalendarStatus | null): z.infer<typeof calendarsSchema> {
  if (status === null) return null;
  return {
    ...status,
    lastStampedAt: instantOrNull(status.lastStampedAt),
    lastConfirmedAt: instantOrNull(status.lastConfirmedAt),
    waitingSince: instantOrNull(status.waitingSince),
    failures: status.failures.map((failure) => ({ ...failure })),
    alarms: [...status.alarms],
  };
}

function instantOrNull(at: UnixMillis | null): string | null {
  return at === null ? null : formatInstant(at);
}
