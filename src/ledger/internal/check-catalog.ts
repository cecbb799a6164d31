/**
 * What the journal speaks of must be in the catalog, and the catalog must agree with itself: a file
 * that was lost would else be a ledger that nobody misses.
 */
import { fromHex, toHex } from '../../base/bytes.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { Catalog } from '../catalog.js';
import type { JournalContent } from '../journal.js';
import { damaged } from '../ledger-error.js';
import { hypercoreKey } from './hypercore-log.js';

/** @throws LedgerError LEDGER_DAMAGED, naming the tenant or log. */
export function checkCatalog(catalog: Catalog, { snapshot, commits }: JournalContent): void {
  const logs = catalog.ledgers().flatMap((ledger) => ledger.logs);
  const keys = logs.map(({ corePublicKey }) => toHex(hypercoreKey(fromHex(corePublicKey))));
  const journaled = [...(snapshot?.logs ?? []), ...commits.flatMap(({ blocks }) => blocks)];
  const lost = journaled.find(({ key }) => !keys.includes(toHex(key)));
  if (lost !== undefined)
    throw damaged('catalog: the file of a ledger is missing that the journal has entries of');
  const tenants = new Set(catalog.tenants().map(({ handle }) => handle));
  const owners = [
    ...(snapshot?.vaults ?? []).map(({ tenant }) => toHex(tenant)),
    ...catalog.ledgers().map(({ tenant }) => tenant),
  ];
  const owner = owners.find((tenant) => !tenants.has(tenant));
  if (owner !== undefined) throw damaged(`catalog: tenant.${owner}.json is missing`);
  if (new Set(logs.map(({ number }) => number)).size < logs.length)
    throw damaged('catalog: two logs have the same number');
  for (const { handle, name, logName, recoveryKey } of catalog.tenants())
    if (parseVerifierKey(recoveryKey).name !== `${logName}/${handle}`)
      throw damaged(`catalog: tenant ${name} has the recovery key of another`);
  for (const { name, tenant, logs: own } of catalog.ledgers())
    if (!own.every(({ origin }) => origin.split('/').slice(1, 3).join('/') === `${tenant}/${name}`))
      throw damaged(`catalog: ledger ${name} has a log of another`);
  for (const { origin, verifierKey } of logs)
    if (parseVerifierKey(verifierKey).name !== origin)
      throw damaged(`catalog: log ${origin} has the verifier key of another`);
}
