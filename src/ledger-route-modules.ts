/** Routes for ledgers, for what is taken along of one entry, and for the persons that entries are about. */
import { ACCESS_LEDGER } from './access/access-entry.js';
import type { RouteModule } from './api/app.js';
import { MinuteBudget } from './api/minute-budget.js';
import { batchesRoutes, describeBatches } from './api/routes/batches.js';
import { describeEntryFiles, entryFilesRoutes } from './api/routes/entry-files.js';
import { describeLedgers, ledgersRoutes } from './api/routes/ledgers.js';
import { describePrepareSigning, prepareSigningRoutes } from './api/routes/prepare-signing.js';
import { describeSignatures, signaturesRoutes } from './api/routes/signatures.js';
import { describeSubjectSearch, subjectSearchRoutes } from './api/routes/subject-search.js';
import { describeSubjects, subjectsRoutes } from './api/routes/subjects.js';
import { evidenceParts, type RouteParts, type SharedParts, v1 } from './route-parts.js';

export function ledgerModules(parts: RouteParts, shared: SharedParts): RouteModule[] {
  const { config, opened, clock, random } = parts;
  const { node, findable, views, batches } = opened;
  const { book } = opened.access;
  const { guard, cursors, ledgers, body, seals } = shared;
  const evidence = evidenceParts(opened);
  return [
    v1(
      ledgersRoutes({
        guard,
        cursors,
        body,
        ledgers,
        creation: {
          createLedger: async (tenant, name) => {
            const ledger = await node.createLedger(tenant, name);
            // From its first record on, not from its first question. Whoever asks is told of a failure.
            views.of(ledger.reader).catch(() => undefined);
            return ledger;
          },
          stateParts: (tenant) => ledgers.stateParts(tenant),
        },
        rotation: { store: node.store, ledgers },
        isListed: (principal, name) =>
          name !== ACCESS_LEDGER && !book.rolesIn(principal, name).isHidden,
      }),
      describeLedgers,
    ),
    v1(entryFilesRoutes({ guard, ledgers, evidence, seals }), describeEntryFiles),
    // Before those of a signature's number.
    v1(prepareSigningRoutes({ guard, body, ledgers, signing: { clock } }), describePrepareSigning),
    v1(
      signaturesRoutes({
        guard,
        cursors,
        body,
        ledgers,
        signing: {
          clock,
          random,
          seal: node.seal,
          trustAnchors: opened.signing.anchors,
        },
        waitingOf: opened.waitingOf,
      }),
      describeSignatures,
    ),
    v1(batchesRoutes({ guard, cursors, body, ledgers, batches }), describeBatches),
    // Before those of one person, who may have this name.
    v1(
      subjectSearchRoutes({
        guard,
        cursors,
        body,
        ledgers,
        findable,
        budget: new MinuteBudget({
          perMinute: config.searchesPerMinute,
          clock,
          code: 'SEARCH_RATE_LIMITED',
          message: 'too many searches with this key: wait a while',
        }),
      }),
      describeSubjectSearch,
    ),
    v1(subjectsRoutes({ guard, cursors, ledgers, evidence, seals }), describeSubjects),
  ];
}
