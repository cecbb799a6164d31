/** Routes that write records, and the schemas that these are checked by: both append, and alike. */
import type { Principal } from './access/authorize.js';
import type { RouteModule } from './api/app.js';
import { describeRecords, recordsRoutes } from './api/routes/records.js';
import { describeSchemas, schemasRoutes } from './api/routes/schemas.js';
import { appendDurably, type Durability, type DurablyAppended } from './commands/append-durably.js';
import { appendRecordTexts } from './commands/append-record-texts.js';
import type { AppendTarget, RecordResult } from './commands/append-target.js';
import { RecordGatherer } from './commands/record-gatherer.js';
import type { ReceiptText } from './queries/receipt-json.js';
import type { TypeClasses } from './records/record-scopes.js';
import { type RouteParts, type SharedParts, v1 } from './route-parts.js';

export interface RecordModules {
  readonly records: RouteModule;
  readonly schemas: RouteModule;
}

export function recordModules(parts: RouteParts, shared: SharedParts): RecordModules {
  const { config, opened, clock, random, preparer, trySchema } = parts;
  const { identityBook: identities, node, schemas } = opened;
  const { book, retention } = opened.access;
  const { guard, cursors, ledgers, body, timeoutMillis } = shared;
  const { marksOf } = ledgers;
  const appending = {
    identities,
    schemas,
    store: node.store,
    clock,
    random,
    preparer,
    maxPayloadBytes: config.maxPayloadBytes,
    marksOf,
    idempotencyKey: (tenant: string) => node.tenantKeys(tenant).idempotency,
  };
  const target = ({ tenant, author }: Principal, ledger: string): AppendTarget => {
    const takesType = (type: string): boolean => book.takesType(tenant, ledger, type);
    const typeClasses = (): TypeClasses => retention.policiesOf(tenant).types;
    return { tenant: ledgers.handleOf(tenant), ledger, author, takesType, typeClasses };
  };
  const gatherer = new RecordGatherer((to, texts) => appendRecordTexts(appending, to, texts));
  const durably = (
    { tenant }: Principal,
    ledger: string,
    wanted: Durability | null,
    append: () => Promise<readonly RecordResult<ReceiptText>[]>,
  ): Promise<DurablyAppended<ReceiptText>> =>
    appendDurably(
      {
        port: opened.replication?.port ?? null,
        keepers: opened.replication?.keepers ?? null,
        timers: parts.timers,
        timeoutMillis: config.quorumTimeoutMillis,
      },
      ledgers.find(tenant, ledger).ledger.reader,
      wanted,
      append,
    );
  return {
    records: v1(
      recordsRoutes({
        guard,
        cursors,
        ledgers,
        append: ({ principal, ledger, durability }, text) =>
          durably(principal, ledger, durability, async () => [
            await gatherer.append(target(principal, ledger), text),
          ]),
        appendAll: ({ principal, ledger, durability }, texts) =>
          durably(principal, ledger, durability, () =>
            appendRecordTexts(appending, target(principal, ledger), texts),
          ),
        limits: {
          maxBodyBytes: config.maxBodyBytes,
          maxLineBytes: config.maxNdjsonLineBytes,
          timeoutMillis,
        },
      }),
      describeRecords,
    ),
    schemas: v1(
      schemasRoutes({
        guard,
        cursors,
        body,
        ledgers,
        commands: { ...appending, trySchema },
        target,
      }),
      describeSchemas,
    ),
  };
}
