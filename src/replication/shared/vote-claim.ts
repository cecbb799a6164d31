/**
 * What the writer of a term shows to a member without data, which reads no log: the group it writes for, its term, and the
 * votes that made it the writer (docs/formats/shared-ledger.md, "Votes"). Pure.
 */
import type { JsonObject } from '../../base/canonical-json.js';
import { hexDigest } from '../../base/hex-digest.js';
import type { JsonMembers, Refuse } from '../../base/json-members.js';
import { readVotes, votesToJson } from '../../records/election-json.js';
import { type ElectionVote, isVoteSigned } from '../../tlog/election.js';
import { GROUP_SHAPE, groupToJson, shapeOf, TERM_SHAPE } from '../group-shapes.js';
import { type Group, isVoteQuorum, mayFollow, memberOf } from '../protocol/group.js';
import type { NodeId, Term } from '../protocol/term.js';

export interface VoteClaim {
  /** The newest that the writer's log names. */
  readonly group: Group;
  /** In which whoever says this writes. */
  readonly term: Term;
  /** Ascending by member; none in the first term of a log, which nobody was elected in. */
  readonly votes: readonly ElectionVote[];
}

/**
 * Whether a member that knows of one group may believe the writer of a term: members of that group have voted for it, as many
 * as it asks for, and by that group or the next step after it the node may write. One member alone can so make nobody believe it.
 */
export function isProved(origin: string, { group, term, votes }: VoteClaim, known: Group): boolean {
  const voters = new Set(votes.map(({ by }) => by as string as NodeId));
  const mayWrite = (one: Group): boolean => memberOf(one, term.node)?.mayWrite === true;
  const writer = { node: hexDigest(term.node), number: term.number };
  return (
    voters.size === votes.length &&
    isVoteQuorum(known, voters) &&
    (mayWrite(known) ||
      (mayFollow(known, group) && mayWrite(group) && isVoteQuorum(group, voters))) &&
    votes.every((vote) => isVoteSigned(origin, writer, vote))
  );
}

export function claimToJson({ group, term, votes }: VoteClaim): JsonObject {
  return {
    group: groupToJson(group),
    term: { node: term.node, number: term.number },
    ...(votes.length > 0 && { votes: votesToJson(votes) }),
  };
}

/** @throws what `refuse` makes. */
export function readClaim(members: JsonMembers, refuse: Refuse): VoteClaim {
  const claim = {
    group: members.required('group', GROUP),
    term: members.required('term', TERM),
    votes: readVotes(members, refuse),
  };
  members.end();
  return claim;
}

const GROUP = shapeOf(GROUP_SHAPE, 'a group');
const TERM = shapeOf(TERM_SHAPE, 'a term');
