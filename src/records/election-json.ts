/** An election as it stands in statements, and wherever else handovers are told of: one level deep, for its votes. */
import type { JsonObject } from '../base/canonical-json.js';
import {
  COUNT,
  DIGEST,
  JSON_OBJECT,
  JsonMembers,
  type Refuse,
  type Shape,
} from '../base/json-members.js';
import {
  type Election,
  type ElectionVote,
  MAX_HEAD_CHARACTERS,
  MAX_TERM,
  MAX_VOTES,
  type WriterTerm,
} from '../tlog/election.js';
import { SIGNATURE } from './internal/shapes.js';

/** Whether it is a head, and whose, is for whoever verifies the election. */
const HEAD: Shape<string> = {
  what: `text of 1 to ${MAX_HEAD_CHARACTERS} characters`,
  read: (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= MAX_HEAD_CHARACTERS
      ? value
      : null,
};

export function electionToJson({ votes, ...election }: Election): JsonObject {
  return { ...election, votes: votesToJson(votes) };
}

export function votesToJson(votes: readonly ElectionVote[]): JsonObject[] {
  return votes.map(voteToJson);
}

/** The optional member `election`. */
export function readElection(members: JsonMembers, refuse: Refuse): Election | undefined {
  const value = members.optional('election', JSON_OBJECT);
  if (value === undefined) return undefined;
  const election = new JsonMembers(value, refuse, 'election');
  const votes = readVotes(election, refuse);
  if (votes.length === 0) throw refuse('an election without votes');
  const checkpoint = election.optional('checkpoint', HEAD);
  const read = {
    ...(checkpoint !== undefined && { checkpoint }),
    group: election.required('group', COUNT),
    ...readTerm(election, refuse, 'node', 'number'),
    signature: election.required('signature', SIGNATURE),
    votes,
  };
  election.end();
  return read;
}

/** The optional member `votes`, which is not empty; none if it is absent. */
export function readVotes(members: JsonMembers, refuse: Refuse): readonly ElectionVote[] {
  const votes = members.objects('votes', MAX_VOTES).map((vote) => readVote(vote, refuse));
  if (!votes.every(({ by }, at) => at === 0 || (votes[at - 1]?.by ?? '') < by))
    throw refuse('the votes of an election do not ascend by member');
  return votes;
}

export function readTerm(
  members: JsonMembers,
  refuse: Refuse,
  node: string,
  number: string,
): WriterTerm {
  const term = { node: members.required(node, DIGEST), number: members.required(number, COUNT) };
  if (term.number < 1 || term.number > MAX_TERM) throw refuse('the number of a term is 1 to 2⁴⁰');
  return term;
}

function voteToJson({ by, lastTerm, length, signature }: ElectionVote): JsonObject {
  const last = lastTerm && { lastNode: lastTerm.node, lastNumber: lastTerm.number };
  return { by, length, signature, ...last };
}

function readVote(members: JsonMembers, refuse: Refuse): ElectionVote {
  const length = members.required('length', COUNT);
  const vote = {
    by: members.required('by', DIGEST),
    length,
    lastTerm: length === 0 ? null : readTerm(members, refuse, 'lastNode', 'lastNumber'),
    signature: members.required('signature', SIGNATURE),
  };
  members.end();
  return vote;
}
