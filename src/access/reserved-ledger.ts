/** What may be done in the ledger `_access`, which the node keeps: reading it is an action of its own. */
import { ACCESS_LEDGER } from './access-entry.js';
import type { Action } from './authorize.js';

/** That show nothing but hashes and tags, of this ledger as of any. */
const OF_ANY_LEDGER: readonly Action[] = ['ledger:read', 'statement:read'];

/** That show what reads and acts have been entered. */
const OF_ENTRIES: ReadonlySet<Action> = new Set([
  'access:read',
  'inspection:read',
  'inspection:package',
]);

/** Whether it must not be answered before all that was entered can be read. */
export function readsEntries(ledger: string | null, action: Action): boolean {
  return ledger === ACCESS_LEDGER || OF_ENTRIES.has(action);
}

/**
 * The action that is asked for where a route's ledger is `_access`. A route that is not known here is
 * denied there.
 */
export function actionIn(ledger: string | null, action: Action, isDisclosing: boolean): Action {
  if (ledger !== ACCESS_LEDGER || OF_ANY_LEDGER.includes(action)) return action;
  return isDisclosing ? 'access:read' : 'access:append';
}
