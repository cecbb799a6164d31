/** What would be entered into access ledgers, kept in memory: for nodes of a test that have no ledger. */
import type { AccessLog } from '../../src/access/access-log.js';

export interface EnteredAccess extends AccessLog {
  /** The outcome of each entry and its action, in order. */
  readonly entered: string[];
}

export function enteredAccess(): EnteredAccess {
  const entered: string[] = [];
  const enter = (what: string): Promise<void> => {
    entered.push(what);
    return Promise.resolve();
  };
  return {
    entered,
    disclosed: ({ action }) => enter(`disclosed ${action}`),
    applied: () => Promise.resolve(),
    begun: ({ action }) => enter(`begun ${action}`),
    ended: ({ action }, _about, end) => enter(`${'code' in end ? 'failed' : 'done'} ${action}`),
    refused: ({ action }, code) => enter(`refused ${action} ${code}`),
    failedLogIn: ({ code }) => {
      entered.push(`refused log-in ${code}`);
    },
  };
}
