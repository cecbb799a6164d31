/** A shared ledger as people read it. */
import { z } from 'zod';
import { columns } from './columns.js';
import { oneLine } from './terminal.js';

const memberSchema = z.object({
  node: z.string(),
  name: z.string().nullable(),
  site: z.string(),
  country: z.string().nullable(),
  hasData: z.boolean(),
  mayWrite: z.boolean(),
  self: z.boolean(),
  linked: z.boolean(),
  length: z.number().nullable(),
  heardAt: z.string().nullable(),
});
export const sharedLedgerSchema = z.object({
  tenant: z.string().nullable(),
  ledger: z.string().nullable(),
  origin: z.string(),
  hasData: z.boolean(),
  role: z.string(),
  term: z.object({ number: z.number() }),
  writer: z.string().nullable(),
  length: z.number(),
  shown: z.number(),
  size: z.number(),
  lag: z.number().nullable(),
  silentSince: z.string().nullable(),
  group: z
    .object({
      writeQuorum: z.number(),
      voteQuorum: z.number(),
      sites: z.number(),
      countries: z.array(z.string()).nullable(),
      members: z.array(memberSchema),
    })
    .nullable(),
  troubles: z.array(z.object({ kind: z.string(), text: z.string() })),
  warnings: z.array(z.string()),
});
type SharedLedgerView = z.infer<typeof sharedLedgerSchema>;
type MemberView = z.infer<typeof memberSchema>;

/** One a line, and below them what is wrong, or would be. */
export function sharedLedgerLines(ledgers: readonly SharedLedgerView[]): string[] {
  return [
    ...columns(['LEDGER', 'HERE', 'WRITER', 'ENTRIES', 'LAG', 'ON DISK AT'], ledgers.map(cellsOf)),
    ...ledgers.flatMap((one) => [
      ...one.troubles.map(({ text }) => `WRONG: ${nameOf(one)}: ${oneLine(text)}`),
      ...one.warnings.map((text) => `warning: ${nameOf(one)}: ${oneLine(text)}`),
    ]),
  ];
}

/** One ledger with its members. */
export function groupLines(ledger: SharedLedgerView): string[] {
  const { group } = ledger;
  if (group === null) return sharedLedgerLines([ledger]);
  const { writeQuorum, voteQuorum, sites, countries, members } = group;
  const keeping = members.filter(({ hasData }) => hasData).length;
  return [
    ...sharedLedgerLines([ledger]),
    `an entry is shown when ${writeQuorum} of ${keeping} members in ${sites} sites or more have it; ${voteQuorum} of ${members.length} choose a writer`,
    ...(countries === null ? [] : [`data may lie in ${countries.map(oneLine).join(', ')} only`]),
    ...columns(
      ['MEMBER', 'SITE', 'COUNTRY', 'KEEPS', 'LINKED', 'BLOCKS', 'HEARD'],
      members.map(memberCells),
    ),
  ];
}

function cellsOf(one: SharedLedgerView): string[] {
  const { role, term, writer, size, lag, group, shown, hasData } = one;
  const found = group?.members.find(({ node }) => node === writer);
  const who = writer === null ? 'none' : found === undefined ? writer.slice(0, 8) : called(found);
  const keeping = group?.members.filter(({ hasData }) => hasData) ?? [];
  const having = keeping.filter(({ length }) => length !== null && length >= shown);
  return [
    nameOf(one),
    role,
    `${who} (term ${term.number})`,
    hasData ? String(size) : '-',
    hasData ? (lag === null ? '?' : String(lag)) : '-',
    group === null ? '-' : `${having.length} of ${keeping.length}, needs ${group.writeQuorum}`,
  ];
}

function memberCells(member: MemberView): string[] {
  const { site, country, hasData, mayWrite, self, linked, length, heardAt } = member;
  return [
    called(member),
    site,
    country ?? '-',
    hasData ? (mayWrite ? 'data' : 'data, never writes') : 'a vote',
    self || linked ? 'yes' : 'no',
    length === null ? '?' : String(length),
    self ? '-' : (heardAt ?? 'never'),
  ];
}

function called({ self, name, node }: MemberView): string {
  return self ? 'this node' : (name ?? node.slice(0, 8));
}

/** Of one that it has a vote for alone it knows what its messages are about, and no names. */
function nameOf({ tenant, ledger, origin }: SharedLedgerView): string {
  return oneLine(tenant === null || ledger === null ? origin : `${tenant}/${ledger}`);
}
