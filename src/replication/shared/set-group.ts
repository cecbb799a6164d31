/** The entry that says who keeps a ledger: its first one, and those that change the group a step at a time. */
import { hexDigest } from '../../base/hex-digest.js';
import { plainDraft } from '../../ledger/entry-draft.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import { formatStatement, type Position, type Statement } from '../../records/statement.js';
import { mayAppend } from '../protocol/member-state.js';
import { RULES } from '../protocol/rules.js';
import type { Term } from '../protocol/term.js';
import { ReplicationError } from '../replication-error.js';
import type { GroupWish } from '../replication-port.js';
import type { SharedLedger } from './shared-ledger.js';

export function groupStatement(
  { members, writeQuorum, voteQuorum, sites, countries }: GroupWish,
  { node, number }: Term,
  position: Position,
): Statement {
  return {
    kind: 'group',
    ...position,
    members: members
      .map(({ country, hasData, mayWrite, node: member, site }) => ({
        ...{ hasData, mayWrite, node: hexDigest(member), site },
        ...(country !== null && { country }),
      }))
      .sort((a, b) => (a.node < b.node ? -1 : 1)),
    ...{ sites, term: { node: hexDigest(node), number }, voteQuorum, writeQuorum },
    ...(countries !== null && { countries: [...countries].sort() }),
  };
}

/** @throws ReplicationError GROUP_REFUSED; LedgerError LEDGER_ELSEWHERE, and as appending. */
export async function changeGroup(ledger: SharedLedger, wanted: GroupWish): Promise<void> {
  const { state } = ledger;
  const { log, role } = state;
  if (role.kind !== 'writing' || !mayAppend(state))
    throw new LedgerError(
      'LEDGER_ELSEWHERE',
      'the group of a ledger is changed where it is written',
    );
  const { term } = role;
  const fault = RULES.faultOfChange(log, state.shown, wanted, RULES.showsFrom(term, log.end));
  if (fault !== null) throw new ReplicationError('GROUP_REFUSED', fault);
  await ledger.append([
    plainDraft((place) => formatStatement(groupStatement(wanted, term, place))),
  ]);
}
