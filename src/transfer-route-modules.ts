/** Routes that give a ledger out in one go or as it comes: exports, the feed, the log for who verifies it. */
import type { RouteModule } from './api/app.js';
import { describeExport, exportRoutes } from './api/routes/export.js';
import { describeFeed, FEED_TIMES, feedRoutes } from './api/routes/feed.js';
import { describeLog, logRoutes } from './api/routes/log.js';
import { describeSubjectExport, subjectExportRoutes } from './api/routes/subject-export.js';
import { subjectExportPrinter } from './queries/subject-export-report.js';
import { type RouteParts, type SharedParts, v1 } from './route-parts.js';

export function transferModules(parts: RouteParts, shared: SharedParts): RouteModule[] {
  const { book } = parts.opened.access;
  const { guard, ledgers } = shared;
  const idleTimeoutMillis = shared.timeoutMillis;
  return [
    v1(
      subjectExportRoutes({
        guard,
        ledgers,
        book,
        print: subjectExportPrinter(parts.print),
        idleTimeoutMillis,
      }),
      describeSubjectExport,
    ),
    v1(exportRoutes({ guard, ledgers, book, idleTimeoutMillis }), describeExport),
    v1(
      feedRoutes({
        guard,
        ledgers,
        limits: { ...FEED_TIMES, idleTimeoutMillis },
        stopping: parts.stopping,
      }),
      describeFeed,
    ),
    v1(
      logRoutes({ guard, ledgers, cosigners: parts.opened.replication?.keepers ?? null }),
      describeLog,
    ),
  ];
}
