/**
 * What a certificate of destruction says of the person besides: found by tags, so before these go. Counts and ids
 * are bounded, and say so.
 */
import { ACCESS_LEDGER, ACCESS_TYPE } from '../access/access-entry.js';
import { HIDDEN_LEDGER } from '../access/inspection.js';
import type { TenantName } from '../access/tenant-name.js';
import { toHex } from '../base/bytes.js';
import { type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { isJsonObject } from '../base/json-members.js';
import type { Vault } from '../keys/vault.js';
import { parseStatement } from '../records/parse-statement.js';
import type { ViewedEntry } from '../views/log-view.js';
import type { PlannedErasure } from './erasure-plan.js';
import { openEntry } from './opened-entry.js';
import { subjectTags } from './person-tags.js';
import type { RetentionLedgers } from './retention-facts.js';
import { entryPages } from './subject-entries.js';
import type { TenantLedger } from './tenant-ledgers.js';

const MAX_IDS = 1_000;
/** Looked at in one log. */
const MAX_COUNTED = 100_000;
/** Opened to see whether they showed anything. */
const MAX_OPENED = 10_000;

/** @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
export async function findingsOf(
  ledgers: RetentionLedgers,
  tenant: TenantName,
  { erasure: { subject }, kept, tagsKept, hasMore }: PlannedErasure,
): Promise<JsonObject> {
  return {
    ...kept.toJson(),
    ...(tagsKept.length > 0 && { tagsKept }),
    ...(hasMore && { more: true }),
    ...(subject !== undefined && (await personFindings(ledgers, tenant, subject))),
  };
}

async function personFindings(
  ledgers: RetentionLedgers,
  tenant: TenantName,
  subject: string,
): Promise<JsonObject> {
  const all = ledgers.list(tenant).map(({ identity }) => ledgers.find(tenant, identity.name));
  const vault = all[0]?.vault;
  const tags = vault === undefined ? null : await subjectTags(vault, subject);
  if (tags === null) return {};
  const entries: JsonObject[] = [];
  for (const one of all) {
    // That there are inspections of which officers do not know must not show here.
    if (one.ledger.identity.name === HIDDEN_LEDGER) continue;
    const counted = await countAbout(one, tags.tag);
    if (counted.count > 0) entries.push({ ledger: one.ledger.identity.name, ...counted });
  }
  const access = all.find(({ ledger }) => ledger.identity.name === ACCESS_LEDGER);
  return {
    person: { ...tags },
    entries,
    ...(access !== undefined && { disclosed: await disclosuresOf(access, tags.partyTag) }),
  };
}

async function countAbout(
  { ledger, views }: TenantLedger,
  person: HexDigest,
): Promise<{ count: number; isComplete: boolean }> {
  const sum = { count: 0, isComplete: true };
  for (const reader of ledger.logs) {
    const view = await views.of(reader);
    await view.reached(reader.head.size);
    const query = { where: { person }, from: 0, to: reader.head.size, budget: MAX_COUNTED };
    const { count, isComplete } = await view.count(query);
    sum.count += count;
    sum.isComplete &&= isComplete;
  }
  return sum;
}

/** Entries that say that something about this person was shown. */
async function disclosuresOf(
  { ledger, vault, views }: TenantLedger,
  person: HexDigest,
): Promise<JsonObject> {
  const ids: string[] = [];
  let count = 0;
  let opened = 0;
  for (const reader of ledger.logs) {
    const view = await views.of(reader);
    await view.reached(reader.head.size);
    for await (const page of entryPages(view, { person }, { to: reader.head.size }))
      for (const entry of page) {
        if (opened >= MAX_OPENED) return { count, isComplete: false, ids };
        opened++;
        if (!(await saysDisclosed(vault, entry))) continue;
        count++;
        if (ids.length < MAX_IDS) ids.push(toHex(entry.leafHash));
      }
  }
  return { count, isComplete: true, ids };
}

async function saysDisclosed(vault: Vault, entry: ViewedEntry): Promise<boolean> {
  const statement = parseStatement(entry.statement);
  // Holds, inspections and erasures have parts of persons in the same ledger.
  if (statement.kind !== 'record' || statement.type !== ACCESS_TYPE) return false;
  const opened = await openEntry(vault, entry);
  // What it said nobody knows any more: rather one too many.
  if (opened.kind !== 'record') return true;
  const said = parseCanonicalJson(opened.payload.bytes);
  return isJsonObject(said) && said['outcome'] === 'disclosed';
}
