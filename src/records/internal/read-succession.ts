/**
 * The succession of a chain of anchors, as an epoch says it (docs/formats/statement.md). What it says must hold
 * together: another script than the one that ended, and a stranger's transaction exactly where one was the cause.
 */
import { COUNT, JSON_OBJECT, JsonMembers, type Refuse, textLike } from '../../base/json-members.js';
import {
  type EndedChainStatement,
  SUCCESSION_CAUSES,
  type SuccessionCause,
  type SuccessionStatement,
} from '../statement.js';
import { ANCHOR_SCRIPT } from './shapes.js';

const COIN = textLike(/^[0-9a-f]{64}:(?:0|[1-9][0-9]{0,8})$/, 'a coin');
const TXID = textLike(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const CAUSE = {
  what: 'a cause of a succession',
  read: (value: unknown): SuccessionCause | null =>
    SUCCESSION_CAUSES.find((cause) => cause === value) ?? null,
};

/**
 * @param members of the epoch, @param anchorScript that it names.
 * @throws what `refuse` makes.
 */
export function readSuccession(
  members: JsonMembers,
  anchorScript: string | undefined,
  refuse: Refuse,
): SuccessionStatement | undefined {
  const value = members.optional('succession', JSON_OBJECT);
  if (value === undefined) return undefined;
  const succession = new JsonMembers(value, refuse, 'succession');
  const cause = succession.required('cause', CAUSE);
  const ended = readEnded(succession.object('ended'));
  const first = succession.required('first', COIN);
  const read = { cause, ended, first, value: succession.required('value', COUNT) };
  succession.end();
  if (anchorScript === undefined || anchorScript === ended.script)
    throw refuse('a succession names no other script than the one that ended');
  if ((ended.spentBy !== undefined) !== (cause === 'foreign-spend'))
    throw refuse('a succession says of a foreign spend what is not its cause, or not what it was');
  return read;
}

function readEnded(members: JsonMembers): EndedChainStatement {
  const first = members.optional('first', COIN);
  const last = members.optional('last', COIN);
  const spentAt = members.optional('spentAt', COUNT);
  const spentBy = members.optional('spentBy', TXID);
  const ended = {
    script: members.required('script', ANCHOR_SCRIPT),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ...(spentAt !== undefined && { spentAt }),
    ...(spentBy !== undefined && { spentBy }),
  };
  if ((first === undefined) !== (last === undefined))
    members.required(first ? 'last' : 'first', COIN);
  if ((spentAt === undefined) !== (spentBy === undefined))
    members.required(spentAt === undefined ? 'spentAt' : 'spentBy', COUNT);
  members.end();
  return ended;
}
