/** What is wrong with a shared ledger, as this node sees it. */
import { formatInstant } from '../base/time.js';
import { isWriteQuorum, standsIn } from './protocol/group.js';
import type { SharedLedgerStatus } from './replication-port.js';

export const TROUBLES = ['no-writer', 'quorum-away', 'stood-in', 'unproved', 'alarm'] as const;
export type Trouble = (typeof TROUBLES)[number];

export function troublesOf(ledger: SharedLedgerStatus): readonly Trouble[] {
  const found: Readonly<Record<Trouble, boolean>> = {
    'no-writer': ledger.silentSince !== null,
    'quorum-away': isQuorumAway(ledger),
    'stood-in': ledger.isStoodIn,
    unproved: ledger.doubted !== null,
    alarm: ledger.alarm !== null,
  };
  return TROUBLES.filter((trouble) => found[trouble]);
}

/** For people. */
export function troubleText(trouble: Trouble, ledger: SharedLedgerStatus): string {
  if (trouble === 'no-writer') {
    const since = ledger.silentSince === null ? '' : ` since ${formatInstant(ledger.silentSince)}`;
    return `no writer was heard${since}: nothing is written, and reads are as of then`;
  }
  if (trouble === 'quorum-away') {
    const { members = [], writeQuorum = 0 } = ledger.group ?? {};
    const keeping = members.filter(({ hasData }) => hasData);
    const there = keeping.filter(isThere).length;
    return `its write quorum is not linked: ${there} of ${keeping.length} members with data are, and ${writeQuorum} are needed`;
  }
  if (trouble === 'stood-in') {
    const keeping = (ledger.group?.members ?? []).filter(({ hasData }) => hasData);
    const away = keeping.filter((member) => !isThere(member)).length;
    return `members with a vote alone stand in for members with data, of which ${away} of ${keeping.length} are not linked: what is written now lies at fewer of them than the write quorum asks for, and would be lost with these`;
  }
  if (trouble === 'unproved')
    return `${ledger.doubted?.slice(0, 8) ?? ''} says that it writes, and shows no votes of the group that is known here: this node does not vouch for what it says`;
  const { code = '', detail = '' } = ledger.alarm ?? {};
  const proof =
    code === 'misbehaviour'
      ? `; \`chirograph ledger misbehaviour ${ledger.ledger}\` prints what proves it`
      : '';
  return `alarm ${code}: ${detail}${proof}`;
}

/** For people, of a site whose loss alone stops a ledger. */
export function stoppingText(site: string): string {
  return `the loss of the site ${site} alone stops it: nothing would be lost, and nothing written until the site is back; a third site with a vote and no data prevents that`;
}

/** Whether too few members are linked for anything to be shown. Only the writer must be linked to all of them. */
function isQuorumAway({ group, role }: SharedLedgerStatus): boolean {
  if (group === null || (role !== 'writing' && role !== 'beginning')) return false;
  const there = new Set(group.members.filter(isThere).map(({ node }) => node));
  return !isWriteQuorum(group, there) && !standsIn(group, there, () => true);
}

function isThere(member: { readonly isSelf: boolean; readonly isLinked: boolean }): boolean {
  return member.isSelf || member.isLinked;
}
