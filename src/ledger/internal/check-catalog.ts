/**
 * What the journal speaks of must be in the catalog, and the catalog must agree with itself: a file
 * that was lost would else be a ledger that nobody misses.
 */
import { toHex } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { Catalog, LogDescriptor } from '../catalog.js';
import type { JournalContent } from '../journal.js';
import { damaged } from '../ledger-error.js';
import { hypercoreKey } from './hypercore-log.js';
import { handoversOf, type LogSegment, segmentsOf } from './log-segments.js';

/** @throws LedgerError LEDGER_DAMAGED, naming the tenant or log. */
export function checkCatalog(catalog: Catalog, journal: JournalContent): void {
  checkAgainst(journal, catalog);
  // By the log name of the node that made the tenant, which need not be this one.
  for (const { handle, recoveryKey } of catalog.tenants())
    if (keyName(recoveryKey)?.split('/')[1] !== handle)
      throw damaged(`catalog: tenant.${handle}.json has the recovery key of another`);
  for (const { handle, name, tenant, logs } of catalog.ledgers())
    for (const log of logs) {
      const { origin } = log;
      if (origin.split('/').slice(1, 3).join('/') !== `${tenant}/${name}`)
        throw damaged(`catalog: ledger.${handle}.json has a log of another`);
      if (verifierKeysOf(log).some((key) => keyName(key) !== origin))
        throw damaged(`catalog: ledger.${handle}.json has the verifier key of another`);
      if (log.elsewhere === true && (log.shared !== true || log.keys !== undefined))
        throw damaged(`catalog: ledger.${handle}.json has keys here and elsewhere`);
      if (!grows(log)) throw damaged(`catalog: ledger.${handle}.json has handovers out of order`);
    }
}

function checkAgainst({ snapshot, commits }: JournalContent, catalog: Catalog): void {
  const logs = catalog.ledgers().flatMap((ledger) => ledger.logs);
  // The journal knows a log by its first Hypercore, however often it was handed over.
  const keys = new Set(logs.flatMap((log) => segmentsOf(log).slice(0, 1)).map(hexKeyOf));
  const journaled = [...(snapshot?.logs ?? []), ...commits.flatMap(({ blocks }) => blocks)];
  if (!journaled.every(({ key }) => keys.has(toHex(key))))
    throw damaged('catalog: the file of a ledger is missing that the journal has entries of');
  if (new Set(logs.map(({ number }) => number)).size < logs.length)
    throw damaged('catalog: two logs have the same number');
  const tenants = new Set(catalog.tenants().map(({ handle }) => handle));
  const owners = [
    ...(snapshot?.vaults ?? []).map(({ tenant }) => toHex(tenant)),
    ...catalog.ledgers().map(({ tenant }) => tenant),
  ];
  const owner = owners.find((tenant) => !tenants.has(tenant));
  if (owner !== undefined) throw damaged(`catalog: tenant.${owner}.json is missing`);
}

function hexKeyOf(segment: LogSegment): string {
  return toHex(hypercoreKey(segment));
}

function verifierKeysOf({ next, verifierKey, ...log }: LogDescriptor): string[] {
  const handovers = handoversOf({ verifierKey, ...log });
  return [...handovers.map(({ old }) => old), verifierKey, ...(next ? [next.verifierKey] : [])];
}

/** Each Hypercore holds at least the entry that it begins with. */
function grows({ before = [] }: LogDescriptor): boolean {
  return before.every(({ length, size }, at) => {
    const last = before[at - 1];
    return last === undefined || (length > last.length && size > last.size);
  });
}

/** Of a C2SP verifier key, which carries a digest of itself. */
function keyName(verifierKey: string): string | null {
  try {
    return parseVerifierKey(verifierKey).name;
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}
