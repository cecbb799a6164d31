/**
 * Who saw what, and who did what: entries of a tenant's access ledger, newest first. Read from the log
 * itself, backwards; `AccessHistory` is all that others know of how.
 */
import { ACCESS_LEDGER, ACCESS_TYPE } from '../access/access-entry.js';
import type { DisclosedEntry } from '../access/disclosure.js';
import type { TenantName } from '../access/tenant-name.js';
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { toHex, utf8ToString } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { RecordStatement } from '../records/statement.js';
import { personOpener, tagOf } from '../records/tag.js';
import { type AsOf, stateAt } from './as-of.js';
import { openEntry, type OpenedRecord } from './opened-entry.js';
import type { TenantLedgers } from './tenant-ledgers.js';

export interface AccessQuestion {
  /** Whose data were shown, or who was asked about. */
  readonly subject?: string;
  /** Who acted. */
  readonly actor?: string;
  readonly action?: string;
  /** Both ends count. */
  readonly recordedFrom?: UnixMillis;
  readonly recordedTo?: UnixMillis;
  readonly limit: number;
  readonly position?: AccessPosition | undefined;
}

export interface AccessPosition {
  /** Which of the ledger's logs, from 0. */
  readonly log: number;
  /** The page goes on below this index. */
  readonly below: number;
  /** That the first page saw. */
  readonly size: TreeSize;
}

export interface AccessView extends JsonObject {
  readonly id: string;
  readonly index: number;
  readonly origin: string;
  readonly recordedAt: string;
  readonly actor: string;
  /** How many persons it is about. */
  readonly persons: number;
}

export interface AccessPage {
  readonly items: readonly AccessView[];
  /** Null at the beginning. A page may be short, even empty, before that. */
  readonly next: AccessPosition | null;
  readonly asOf: AsOf;
  /** The same, as they are put on record. */
  readonly shown: readonly DisclosedEntry[];
}

export interface AccessHistory {
  page(tenant: TenantName, question: AccessQuestion): Promise<AccessPage>;
}

/** Entries looked at for one page. */
const BUDGET = 5000;

export function logAccessHistory(ledgers: TenantLedgers): AccessHistory {
  return {
    page: async (tenant, question) => {
      const { ledger, vault } = ledgers.find(tenant, ACCESS_LEDGER);
      const { logs, reader } = ledger;
      const size = question.position?.size ?? reader.head.size;
      const start = question.position ?? { log: logs.length - 1, below: size, size };
      const asOf = await stateAt(reader, size);
      const tags = await wantedTags(vault, question);
      if (tags === null) return { items: [], next: null, asOf, shown: [] };
      const found = await walkBack(logs, vault, { ...question, position: start }, tags);
      return { ...found, asOf };
    },
  };
}

/** Of those that are asked for. */
interface WantedTags {
  readonly subject: HexDigest | null;
  readonly actor: HexDigest | null;
}

/** Null if nobody here is called that. */
async function wantedTags(
  vault: Vault,
  { subject, actor }: AccessQuestion,
): Promise<WantedTags | null> {
  const party = subject === undefined ? null : await vault.find(tagsScope(subject));
  const doer = actor === undefined ? null : await vault.find(tagsScope(actor));
  if (subject !== undefined && party === null) return null;
  if (actor !== undefined && doer === null) return null;
  return {
    subject: party && tagOf(personOpener(party.secret, 'party'), subject ?? ''),
    actor: doer && tagOf(personOpener(doer.secret, 'subject'), actor ?? ''),
  };
}

async function walkBack(
  logs: readonly LogReader[],
  vault: Vault,
  question: AccessQuestion & { readonly position: AccessPosition },
  tags: WantedTags,
): Promise<Pick<AccessPage, 'items' | 'next' | 'shown'>> {
  const { position, limit, recordedFrom, recordedTo, action } = question;
  const items: AccessView[] = [];
  const shown: DisclosedEntry[] = [];
  let budget = BUDGET;
  let below = position.below;
  for (let log = position.log; log >= 0; log--) {
    const reader = logs[log];
    if (reader === undefined) break;
    if (log !== position.log) below = reader.head.size;
    if (recordedTo !== undefined) below = Math.min(below, await reader.sizeAt(recordedTo));
    for (; below > 0; below--) {
      if (items.length >= limit || budget-- <= 0)
        return { items, shown, next: { log, below, size: position.size } };
      const entry = await reader.entry((below - 1) as LeafIndex);
      const statement = parseStatement(entry.statement);
      if (recordedFrom !== undefined && statement.recordedAt < recordedFrom)
        return { items, shown, next: null };
      if (statement.kind !== 'record' || !isWanted(statement, tags)) continue;
      const opened = await openEntry(vault, entry);
      if (opened.kind !== 'record') continue;
      const view = accessView(reader.origin, opened);
      if (action !== undefined && view['action'] !== action) continue;
      items.push(view);
      shown.push({
        leafHash: view.id,
        recordedAt: statement.recordedAt,
        type: statement.type,
        subject: view.actor,
      });
    }
  }
  return { items, shown, next: null };
}

function isWanted({ type, tags }: RecordStatement, wanted: WantedTags): boolean {
  if (type !== ACCESS_TYPE) return false;
  if (wanted.actor !== null && tags.subject !== wanted.actor) return false;
  return wanted.subject === null || (tags.parties ?? []).includes(wanted.subject);
}

function accessView(origin: string, { entry, statement, said, payload }: OpenedRecord): AccessView {
  const written = JSON.parse(utf8ToString(payload.bytes)) as JsonObject;
  const members = Object.entries(written).filter(([name]) => name !== '$v');
  return {
    ...Object.fromEntries(members),
    id: toHex(entry.leafHash),
    index: entry.index,
    origin,
    recordedAt: formatInstant(statement.recordedAt),
    actor: said.subject,
    // The inspection that it was made under is a party, and nobody.
    persons: (statement.tags.parties ?? []).length - (Object.hasOwn(written, 'inspection') ? 1 : 0),
  };
}
