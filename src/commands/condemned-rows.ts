/** What entries of shared ledgers have this node destroy, and what of it a hold that was placed here keeps. */
import type { TenantName } from '../access/tenant-name.js';
import { fromHex } from '../base/bytes.js';
import type { SecretScope } from '../base/secret-scope.js';
import { covers, type Hold, isInForce, namesPerson } from '../retention/hold.js';
import type { EraserDeps } from './erasure-run.js';

export interface CondemnedRows {
  /** Hex; also those that are not here. */
  readonly going: readonly string[];
  readonly held: readonly string[];
}

/** @param handle of the tenant. */
export async function condemnedRows(
  { clock, retention, store }: Pick<EraserDeps, 'clock' | 'retention' | 'store'>,
  tenant: TenantName,
  handle: string,
): Promise<CondemnedRows> {
  const vault = store.vaultOf(handle);
  const now = clock.now();
  const holds = retention.holdsOf(tenant).filter((hold) => isInForce(hold, now));
  if (holds.length === 0) return { going: [...vault.condemned], held: [] };
  const scopes = new Map<string, SecretScope | null>();
  for (const row of vault.condemned) scopes.set(row, await vault.scopeOfRow(fromHex(row)));
  const isHeldData = (scope: SecretScope | null): boolean =>
    scope?.use === 'data' && holds.some((hold) => coversData(hold, scope));
  // Who is held stays findable.
  const persons = new Set(
    [...scopes.values()].flatMap((scope) =>
      scope !== null && isHeldData(scope) ? [scope.person] : [],
    ),
  );
  const isHeld = (scope: SecretScope | null): boolean =>
    isHeldData(scope) ||
    (scope?.use === 'tags' &&
      (persons.has(scope.person) || holds.some((hold) => namesPerson(hold, scope.person))));
  const rows = [...scopes];
  return {
    going: rows.flatMap(([row, scope]) => (isHeld(scope) ? [] : [row])),
    held: rows.flatMap(([row, scope]) => (isHeld(scope) ? [row] : [])),
  };
}

/** In doubt it does: in which ledgers there are entries of the person is asked of nobody, nor how long an extension may last. */
function coversData(hold: Hold, scope: Parameters<typeof covers>[1]): boolean {
  const { ledger } = hold.scope;
  return covers(hold, scope, new Set(ledger === undefined ? [] : [ledger]));
}
