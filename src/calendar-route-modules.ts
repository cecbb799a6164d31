/** Routes of the node's own calendar: none where it is none. */
import type { RouteModule } from './api/app.js';
import { MinuteBudget } from './api/minute-budget.js';
import { calendarRoutes, describeCalendar } from './api/routes/calendar.js';
import { CALENDAR_LEDGER, takeCommitment } from './commands/take-commitment.js';
import { commitmentTimestamp } from './queries/commitment-timestamp.js';
import { type RouteParts, type SharedParts, v1 } from './route-parts.js';

export function calendarModules(
  { config, opened, clock }: RouteParts,
  { guard, timeoutMillis }: SharedParts,
): RouteModule[] {
  const { own, stamped: byCalendars } = opened.calendars;
  if (own === null) return [];
  const { store, anchored } = opened.node;
  return [
    v1(
      calendarRoutes({
        guard,
        timeoutMillis,
        budget: new MinuteBudget({
          perMinute: config.calendarDigestsPerMinute,
          clock,
          code: 'CALENDAR_RATE_LIMITED',
          message: 'too many digests with this key: wait a while',
        }),
        take: (from, digest) => takeCommitment(own, from, digest),
        timestampOf: (commitment) =>
          commitmentTimestamp(
            { anchored, byCalendars },
            store.ledger(own.tenant, CALENDAR_LEDGER),
            commitment,
          ),
      }),
      describeCalendar,
    ),
  ];
}
