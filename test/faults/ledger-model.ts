/** What a ledger is, in three maps: entries in order, versions of each thing, keys that were used. */
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { UTC } from '../../src/base/calendar.js';
import { digestFromHex, type HexDigest } from '../../src/base/hex-digest.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { entryHistory } from '../../src/queries/entry-history.js';
import { listEntries } from '../../src/queries/list-entries.js';
import type { Receipt } from '../../src/queries/receipt.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import type { LedgerLogs } from '../../src/queries/tenant-ledgers.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { ClientMemory, type Wish } from '../support/client-memory.js';
import type { SeededChoice } from '../support/seeded-choice.js';
import type { TestStore } from '../support/test-store.js';

const TENANT = 'bank';
const PASTS = 4;
const ALL = 1000;

interface Entry {
  readonly id: string;
  readonly recordedAt: string;
  /** Ledger, subject and key; empty for what has no key. */
  readonly thing: string;
}

export class LedgerModel {
  readonly memory = new ClientMemory();
  /** By ledger; index 0, which names the log, is left out. */
  readonly #entries: Map<string, Entry[]>;
  readonly #byKey = new Map<string, { readonly wish: Wish; readonly id: string }>();

  constructor(ledgers: readonly string[]) {
    this.#entries = new Map(ledgers.map((ledger) => [ledger, []]));
  }

  /** Requests that carried an idempotency key. */
  get keyed(): readonly Wish[] {
    return [...this.#byKey.values()].map(({ wish }) => wish);
  }

  /** @throws Error if a repeated request got another answer than before. */
  note(wish: Wish, receipt: Receipt): void {
    const { ledger, subject, key, idempotencyKey } = wish;
    const name = `${ledger}/${idempotencyKey ?? ''}`;
    const known = idempotencyKey === null ? undefined : this.#byKey.get(name);
    if (known !== undefined) {
      if (known.id !== receipt.id) throw new Error('a repeated request was doubled');
      return;
    }
    if (idempotencyKey !== null) this.#byKey.set(name, { wish, id: receipt.id });
    const thing = key === undefined ? '' : `${ledger}/${subject}/${key}`;
    this.#entriesOf(ledger).push({ id: receipt.id, recordedAt: receipt.recordedAt, thing });
    this.memory.note(wish, receipt);
  }

  /** In which the store is not what the model is, now and at times drawn from `choice`. */
  async disagreements(opened: TestStore, choice: SeededChoice): Promise<string[]> {
    const problems: string[] = [];
    for (const [name, entries] of this.#entries) {
      const ledger = tenantLedger(opened, name);
      const said = [
        ...(await wrongEntries(ledger, entries)),
        ...(await wrongVersions(ledger.ledger.reader, entries)),
      ];
      for (let at = 0; at < PASTS; at++)
        said.push(...(await wrongPast(ledger, entries, choice.below(entries.length + 1))));
      problems.push(...said.map((problem) => `${name}: ${problem}`));
    }
    return problems;
  }

  #entriesOf(ledger: string): Entry[] {
    const entries = this.#entries.get(ledger);
    if (entries === undefined) throw new RangeError('no ledger of the model');
    return entries;
  }
}

function tenantLedger({ store, clock }: TestStore, name: string): LedgerLogs {
  const tenant = store.tenantNamed(TENANT)?.handle ?? '';
  return {
    ledger: store.ledger(tenant, name),
    vault: store.vaultOf(tenant),
    marksOf: () => NO_MARKS,
    timeZone: UTC,
    clock,
  };
}

async function wrongEntries(
  { ledger: { reader } }: LedgerLogs,
  entries: readonly Entry[],
): Promise<string[]> {
  const { size } = reader.head;
  if (size !== entries.length + 1) return [`size ${size}, not ${entries.length + 1}`];
  const problems: string[] = [];
  for await (const { index, leafHash } of reader.entries(1 as LeafIndex, size))
    if (entries[index - 1]?.id !== toHex(leafHash)) problems.push(`entry ${index} is another`);
  return problems;
}

/** Each version names the one before it, and the last is found by its tag. */
async function wrongVersions(reader: LogReader, entries: readonly Entry[]): Promise<string[]> {
  const problems: string[] = [];
  const last = new Map<string, { readonly id: string; readonly tag: HexDigest }>();
  for (const [at, { id, thing }] of entries.entries()) {
    if (thing === '') continue;
    const { statement } = await reader.entry((at + 1) as LeafIndex);
    const parsed = parseStatement(statement);
    if (parsed.kind !== 'record') problems.push(`entry ${at + 1} is no record`);
    else {
      if (parsed.prev !== last.get(thing)?.id) problems.push(`${thing}: ${id} is chained wrongly`);
      last.set(thing, { id, tag: parsed.tags.key });
    }
  }
  for (const [thing, { id, tag }] of last) {
    const latest = await reader.latestVersion(digestFromHex(tag));
    if (toHex(latest?.leafHash ?? new Uint8Array()) !== id)
      problems.push(`${thing}: another version is the latest`);
  }
  return problems;
}

/** Lists and histories as of `count` entries after the first, and as of when the last of them was recorded. */
async function wrongPast(
  ledger: LedgerLogs,
  entries: readonly Entry[],
  count: number,
): Promise<string[]> {
  const problems: string[] = [];
  const past = entries.slice(0, count);
  const asOf = String(count + 1);
  const { items } = await listEntries(ledger, { limit: ALL, asOf });
  if (idsOf(items.slice(1)) !== idsOf(past)) problems.push(`as of ${asOf} the list is another`);
  const last = past.at(-1);
  if (last === undefined) return problems;
  const then = entries.filter(({ recordedAt }) => recordedAt <= last.recordedAt);
  const page = await listEntries(ledger, { limit: ALL, asOf: last.recordedAt });
  if (idsOf(page.items.slice(1)) !== idsOf(then))
    problems.push(`as of ${last.recordedAt} the list is another`);
  if (last.thing === '') return problems;
  const history = await entryHistory(ledger, last.id, { limit: ALL, asOf });
  const versions = past.filter(({ thing }) => thing === last.thing).toReversed();
  if (idsOf(history.items) !== idsOf(versions))
    problems.push(`as of ${asOf} ${last.thing} has another history`);
  return problems;
}

function idsOf(entries: readonly { readonly id: string }[]): string {
  return entries.map(({ id }) => id).join(' ');
}
