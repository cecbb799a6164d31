/** What retention asks of a tenant's ledgers about a person: events that start clocks, and what is there. */
import { toHex } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { DataScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { stateOf } from '../records/as-of-state.js';
import { parseStatement } from '../records/parse-statement.js';
import { rowIdOf } from '../records/sealing.js';
import type { ClockEvent, ClockFacts } from '../retention/clock.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import { personTag } from './person-tags.js';
import { QueryError } from './query-error.js';
import {
  entryPages,
  openVersions,
  type SealedRecord,
  type SubjectVersion,
} from './subject-entries.js';
import type { TenantLedger, TenantLedgers } from './tenant-ledgers.js';

export type RetentionLedgers = Pick<TenantLedgers, 'list' | 'find'>;

/** A person as their ledgers know them. */
interface Known {
  /** As subject, or in a part. */
  readonly tag: HexDigest;
  readonly ledgers: readonly TenantLedger[];
}

/**
 * Records of these types about the person that count, in all ledgers and logs of the tenant.
 * @throws ViewsError VIEW_BEHIND, VIEW_FAILED; QueryError QUERY_TOO_BROAD.
 */
export async function clockFacts(
  ledgers: RetentionLedgers,
  tenant: string,
  person: string,
  types: readonly string[],
): Promise<ClockFacts> {
  const known = await knownPerson(ledgers, tenant, person);
  const events: ClockEvent[] = [];
  const unreadable = new Set<string>();
  for (const { vault, view, tag } of logsOf(known)) {
    const found = await factsIn(vault, await view(), tag, types);
    events.push(...found.events);
    for (const type of found.unreadable) unreadable.add(type);
  }
  return { events, unreadable: [...unreadable] };
}

/** Names of the ledgers that have an entry about a person, as subject or in a part. @throws as `clockFacts`. */
export async function ledgersAbout(
  ledgers: RetentionLedgers,
  tenant: string,
  person: string,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const { name, view, tag } of logsOf(await knownPerson(ledgers, tenant, person))) {
    if (names.has(name)) continue;
    const log = await view();
    const query = { where: { person: tag }, from: 0, to: log.size, isReversed: false };
    const { entries } = await log.find({ ...query, limit: 1, budget: 1 });
    if (entries.length > 0) names.add(name);
  }
  return names;
}

/** Looked at to find all data secrets of one person. */
const MAX_ENTRIES = 1_000_000;

/**
 * What data secrets of a person there are: those under which something in the ledgers is sealed, and which
 * have not been destroyed. By class, then by month.
 *
 * @throws as `clockFacts`.
 */
export async function dataScopesOf(
  ledgers: RetentionLedgers,
  tenant: string,
  person: string,
): Promise<readonly DataScope[]> {
  const scopes: DataScope[] = [];
  const seen = new Set<string>();
  let examined = 0;
  for (const { vault, view, tag } of logsOf(await knownPerson(ledgers, tenant, person))) {
    const log = await view();
    for await (const page of entryPages(log, { person: tag }, { to: log.size })) {
      examined += page.length;
      if (examined > MAX_ENTRIES)
        throw new QueryError(
          'QUERY_TOO_BROAD',
          `more than ${MAX_ENTRIES} entries are about this person`,
        );
      for (const rowId of page.flatMap((entry) => rowIdsAbout(entry, tag))) {
        const id = toHex(rowId);
        if (seen.has(id)) continue;
        seen.add(id);
        const scope = await vault.scopeOfRow(rowId);
        if (scope?.use === 'data' && scope.person === person) scopes.push(scope);
      }
    }
  }
  return scopes.sort((a, b) => compare(a.class, b.class) || compare(a.month, b.month));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Behind header and payload. */
const PARTS_BEGIN = 2;

/** Rows of the vault under which an entry keeps what is about a person. */
function rowIdsAbout({ statement, sealedParts }: ViewedEntry, tag: HexDigest): Uint8Array[] {
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'record' && parsed.kind !== 'signature') return [];
  const parts = parsed.kind === 'record' ? (parsed.parts ?? []) : [];
  const own = parsed.tags.subject === tag ? sealedParts.slice(0, PARTS_BEGIN) : [];
  const named = sealedParts.slice(PARTS_BEGIN).filter((_, at) => parts[at]?.subject === tag);
  return [...own, ...named].map(rowIdOf);
}

/** Null of somebody about whom nothing was recorded, or who has been forgotten. */
async function knownPerson(
  ledgers: RetentionLedgers,
  tenant: string,
  person: string,
): Promise<Known | null> {
  const all = ledgers.list(tenant).map(({ identity }) => ledgers.find(tenant, identity.name));
  const vault = all[0]?.vault;
  const tag = vault === undefined ? null : await personTag(vault, person, 'subject');
  return tag === null ? null : { tag, ledgers: all };
}

/** The logs of all ledgers, each with a view that comes to its head when it is asked for. */
function* logsOf(known: Known | null): Generator<{
  readonly name: string;
  readonly tag: HexDigest;
  readonly vault: Vault;
  readonly view: () => Promise<LogView>;
}> {
  if (known === null) return;
  const { tag, ledgers } = known;
  for (const { ledger, vault, views } of ledgers)
    for (const reader of ledger.logs) {
      const reached = async (): Promise<LogView> => {
        const view = await views.of(reader);
        await view.reached(reader.head.size);
        return view;
      };
      yield { name: ledger.identity.name, tag, vault, view: reached };
    }
}

async function factsIn(
  vault: Vault,
  view: LogView,
  tag: HexDigest,
  types: readonly string[],
): Promise<ClockFacts> {
  const { size } = view;
  const first = await recordsIn(view, { person: tag, types: [...types] }, tag, { to: size });
  const [begin] = first;
  if (begin === undefined) return { events: [], unreadable: [] };
  // Whatever withdraws one of them comes later, and may be of any type.
  const all = await recordsIn(view, { person: tag }, tag, { from: begin.entry.index, to: size });
  const readable: SealedRecord[] = [];
  const unreadable: string[] = [];
  for (const record of all) {
    const { entry, statement } = record;
    if (await isReadable(vault, entry)) readable.push(record);
    else if (types.includes(statement.type)) unreadable.push(statement.type);
  }
  const versions = (await openVersions(vault, readable)).map(asOneOfNoThing);
  const events = stateOf(versions)
    .filter((version) => types.includes(version.statement.type) && !withdrawsOnly(version))
    .map(({ statement, validFrom, recordedAt }) => ({
      type: statement.type,
      at: validFrom ?? recordedAt,
    }));
  return { events, unreadable };
}

/** @throws QueryError QUERY_TOO_BROAD. */
async function recordsIn(
  view: LogView,
  where: Parameters<typeof entryPages>[1],
  tag: HexDigest,
  range: Parameters<typeof entryPages>[2],
): Promise<SealedRecord[]> {
  const records: SealedRecord[] = [];
  for await (const page of entryPages(view, where, range)) {
    for (const entry of page) {
      const statement = parseStatement(entry.statement);
      if (statement.kind === 'record' && statement.tags.subject === tag)
        records.push({ entry, statement });
    }
    if (records.length > MAX_OPENED)
      throw new QueryError(
        'QUERY_TOO_BROAD',
        `more than ${MAX_OPENED} records of this person follow an event that starts a clock`,
      );
  }
  return records;
}

/** Records of one person that are opened to know which events count. */
const MAX_OPENED = 100_000;

async function isReadable(vault: Vault, { sealedParts }: ViewedEntry): Promise<boolean> {
  const [header] = sealedParts;
  return header !== undefined && (await vault.secretOfRow(rowIdOf(header))) !== null;
}

/** What only withdraws a version is no version itself: the one before it stands again. */
function asOneOfNoThing(version: SubjectVersion): SubjectVersion {
  return withdrawsOnly(version) ? { ...version, thing: version.leafHash, hasKey: false } : version;
}

/** `{}` is the only object of two bytes. */
const EMPTY_PAYLOAD_SIZE = 2;

function withdrawsOnly({ retracts, said }: SubjectVersion): boolean {
  return retracts !== null && said?.payload.size === EMPTY_PAYLOAD_SIZE;
}
