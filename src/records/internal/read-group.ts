/** The group that keeps a log together, as an entry says it. Whether its quorums hold is for the protocol to judge. */
import {
  arrayOf,
  BOOLEAN,
  COUNT,
  DIGEST,
  type JsonMembers,
  type Refuse,
  textLike,
} from '../../base/json-members.js';
import { readTerm } from '../election-json.js';
import type { GroupStatement, MemberStatement, Position } from '../statement.js';

const MAX_MEMBERS = 31;
const MAX_COUNTRIES = 249;
const COUNTRY = textLike(/^[A-Z]{2}$/, 'an ISO 3166-1 country of two letters');
const SITE = textLike(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a site of 1 to 63 of a-z, 0-9 and -');

/** @throws what `refuse` makes. */
export function readGroup(
  members: JsonMembers,
  refuse: Refuse,
): Omit<GroupStatement, 'kind' | keyof Position> {
  const countries = members.optional('countries', arrayOf(COUNTRY, MAX_COUNTRIES));
  const read = members.objects('members', MAX_MEMBERS).map(readMember);
  if (read.length === 0) throw refuse('the member members is missing');
  if (!ascends(read.map(({ node }) => node)) || !ascends(countries ?? []))
    throw refuse('members and countries of a group do not ascend');
  const term = members.object('term');
  const group = {
    members: read,
    sites: members.required('sites', COUNT),
    term: readTerm(term, refuse, 'node', 'number'),
    voteQuorum: members.required('voteQuorum', COUNT),
    writeQuorum: members.required('writeQuorum', COUNT),
    ...(countries !== undefined && { countries }),
  };
  term.end();
  return group;
}

function readMember(members: JsonMembers): MemberStatement {
  const country = members.optional('country', COUNTRY);
  const member = {
    hasData: members.required('hasData', BOOLEAN),
    mayWrite: members.required('mayWrite', BOOLEAN),
    node: members.required('node', DIGEST),
    site: members.required('site', SITE),
    ...(country !== undefined && { country }),
  };
  members.end();
  return member;
}

function ascends(values: readonly string[]): boolean {
  return values.every((value, at) => at === 0 || (values[at - 1] ?? '') < value);
}
