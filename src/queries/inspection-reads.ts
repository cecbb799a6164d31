/** What was asked under an inspection, and what was shown: its entries in the ledger that keeps them. */
import { ACCESS_LEDGER, ACCESS_TYPE } from '../access/access-entry.js';
import { HIDDEN_LEDGER, type Inspection, inspectionParty } from '../access/inspection.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { type JsonObject, type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import type { Vault } from '../keys/vault.js';
import { openEntry, type OpenedRecord } from './opened-entry.js';
import { personTag } from './person-tags.js';
import { QueryError } from './query-error.js';
import { type OtherPerson, partsOf } from './record-parts.js';
import type { TenantLedger, TenantLedgers } from './tenant-ledgers.js';

export interface InspectionRead {
  readonly askedAt: UnixMillis;
  readonly actor: string;
  readonly action: string;
  /** Id of the request. */
  readonly request: string;
  /** As it was asked, persons by their names as far as they are known here. */
  readonly question: JsonObject;
  /** Who was asked for or shown. */
  readonly persons: readonly string[];
  /** How many entries were shown, and the root over their leaf hashes. */
  readonly shown: number;
  readonly rootHash: string;
}

/** All of them are opened for one package. */
export const MAX_RECORDS = 10_000;
/** Of the package itself, which adds nothing to what was asked. */
const PACKAGE_ACTION = 'inspection:package';

/**
 * In the order asked.
 *
 * @param maxRecords of the access ledger, opened for one answer: those that say what was refused, begun or
 * handed over count too.
 * @throws QueryError QUERY_TOO_BROAD beyond `maxRecords`; ViewsError VIEW_BEHIND, VIEW_FAILED.
 */
export async function inspectionReads(
  ledgers: Pick<TenantLedgers, 'find'>,
  tenant: TenantName,
  inspection: Inspection,
  maxRecords: number = MAX_RECORDS,
): Promise<readonly InspectionRead[]> {
  const kept = ledgers.find(tenant, inspection.isHidden ? HIDDEN_LEDGER : ACCESS_LEDGER);
  const tag = await personTag(kept.vault, inspectionParty(inspection), 'party');
  if (tag === null) return [];
  const reads: InspectionRead[] = [];
  let records = 0;
  for await (const opened of recordsWith(kept, tag)) {
    // Records, not reads: one read may be a thousand of them.
    if (++records > maxRecords) throw tooManyReads(maxRecords);
    const said = parseCanonicalJson(opened.payload.bytes);
    if (!isJsonObject(said) || said['outcome'] !== 'disclosed') continue;
    // A person may be called as inspections are, and be read about by anybody.
    if (said['inspection'] !== inspection.id || said['action'] === PACKAGE_ACTION) continue;
    const read = await readOf(kept.vault, opened, said);
    // One about more persons than a record names goes on in the next.
    const begun = isLaterPart(said)
      ? reads.findLastIndex(
          ({ request, actor }) => request === read.request && actor === read.actor,
        )
      : -1;
    const before = reads[begun];
    if (before === undefined) reads.push(read);
    else reads[begun] = { ...before, persons: [...before.persons, ...read.persons] };
  }
  return reads;
}

function tooManyReads(maxRecords: number): QueryError {
  return new QueryError(
    'QUERY_TOO_BROAD',
    `more than ${maxRecords} entries say what was read under the inspection: open one for each part of the case`,
  );
}

/** Of all logs of the ledger, oldest first. */
async function* recordsWith(
  { ledger, vault, views }: TenantLedger,
  person: NonNullable<Awaited<ReturnType<typeof personTag>>>,
): AsyncGenerator<OpenedRecord> {
  for (const reader of ledger.logs) {
    const view = await views.of(reader);
    const to = reader.head.size;
    await view.reached(to);
    let from: number | null = 0;
    while (from !== null) {
      const page = await view.find({ from, to, where: { person }, ...PAGE });
      for (const entry of page.entries) {
        const opened = await openEntry(vault, entry);
        if (opened.kind === 'record' && opened.statement.type === ACCESS_TYPE) yield opened;
      }
      from = page.next;
    }
  }
}

const PAGE = { isReversed: false, limit: 500, budget: 500 } as const;

async function readOf(
  vault: Vault,
  opened: OpenedRecord,
  said: JsonObject,
): Promise<InspectionRead> {
  const parts = (await partsOf(vault, opened)).filter((part) => part !== null);
  const entries = isJsonObject(said['entries'] ?? null) ? (said['entries'] as JsonObject) : {};
  const question = said['question'] ?? {};
  return {
    askedAt: opened.statement.recordedAt,
    actor: opened.said.author,
    action: text(said['action']),
    request: text(said['request']),
    question: named(isJsonObject(question) ? question : {}, namesOf(parts)) as JsonObject,
    persons: parts.map(({ subject }) => subject),
    shown: typeof entries['count'] === 'number' ? entries['count'] : 0,
    rootHash: text(entries['rootHash']),
  };
}

function isLaterPart({ part = null }: JsonObject): boolean {
  return isJsonObject(part) && part['n'] !== 1;
}

function namesOf(parts: readonly OtherPerson[]): ReadonlyMap<string, string> {
  return new Map(
    parts.flatMap(({ subject, payload }) => {
      const tag = isJsonObject(payload) ? payload['tag'] : undefined;
      return typeof tag === 'string' ? [[tag, subject] as const] : [];
    }),
  );
}

/** Persons by their names, where `{"tag": …}` stood for them. */
function named(value: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((one) => named(one, names));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value);
  const [only] = members;
  if (members.length === 1 && only?.[0] === 'tag' && typeof only[1] === 'string')
    return names.get(only[1]) ?? value;
  return Object.fromEntries(members.map(([name, member]) => [name, named(member, names)]));
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
