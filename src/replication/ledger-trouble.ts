/** What is wrong with a shared ledger, as this node sees it. */
import { formatInstant } from '../base/time.js';
import { isWriteQuorum } from './protocol/group.js';
import type { SharedLedgerStatus } from './replication-port.js';

export const TROUBLES = ['no-writer', 'quorum-away', 'alarm'] as const;
export type Trouble = (typeof TROUBLES)[number];

export function troublesOf(ledger: SharedLedgerStatus): readonly Trouble[] {
  const found: Readonly<Record<Trouble, boolean>> = {
    'no-writer': ledger.silentSince !== null,
    'quorum-away': isQuorumAway(ledger),
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
  return !isWriteQuorum({ ...group, members: [...group.members] }, there);
}

function isThere(member: { readonly isSelf: boolean; readonly isLinked: boolean }): boolean {
  return member.isSelf || member.isLinked;
}
