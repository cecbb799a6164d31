/**
 * What may be done in ledgers that the node keeps: reading `_access` is an action of its own, and what is in
 * `_identities` has come by the routes for it.
 */
import { IDENTITY_LEDGER } from '../identities/identity-record.js';
import { ACCESS_LEDGER } from './access-entry.js';
import type { Action } from './authorize.js';

/** That show nothing but hashes and tags, of this ledger as of any, or put in nothing that anybody could choose. */
const OF_ANY_LEDGER: readonly Action[] = ['ledger:read', 'statement:read', 'ledger:rotate-key'];

/** That show what reads and acts have been entered. */
const OF_ENTRIES: ReadonlySet<Action> = new Set([
  'access:read',
  'inspection:read',
  'inspection:package',
]);

/** That would put something beside what the node has checked. */
const WRITING: ReadonlySet<Action> = new Set([
  'record:append',
  'signature:attach',
  'batch:sign',
  'schema:write',
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
  if (ledger === IDENTITY_LEDGER && WRITING.has(action)) return 'access:append';
  if (ledger !== ACCESS_LEDGER || OF_ANY_LEDGER.includes(action)) return action;
  return isDisclosing ? 'access:read' : 'access:append';
}
