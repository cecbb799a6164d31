/** Erasures of a log that a group keeps, as entries say them. Whether words are signed is for whoever knows the origin. */
import {
  arrayOf,
  COUNT,
  DIGEST,
  INSTANT,
  type JsonMembers,
  type Refuse,
  textLike,
} from '../../base/json-members.js';
import { MAX_HOLDERS, type SaidWord } from '../../tlog/erasure-word.js';
import {
  type ErasedStatement,
  type ErasureStatement,
  MAX_ERASED_ROWS,
  type Position,
} from '../statement.js';
import { SIGNATURE } from './shapes.js';

const ID = textLike(/^[0-9a-f]{12}$/, 'the id of an erasure');
const ROW = textLike(/^[0-9a-f]{32}$/, 'a row of a vault');

/** @throws what `refuse` makes. */
export function readErasure(
  members: JsonMembers,
  refuse: Refuse,
): Omit<ErasureStatement, 'kind' | keyof Position> {
  const id = members.required('id', ID);
  const rows = members.required('rows', arrayOf(ROW, MAX_ERASED_ROWS));
  if (!ascends(rows)) throw refuse('the rows of an erasure do not ascend');
  return { id, rows };
}

/** @throws what `refuse` makes. */
export function readErased(
  members: JsonMembers,
  refuse: Refuse,
): Omit<ErasedStatement, 'kind' | keyof Position> {
  const words = members.objects('words', MAX_HOLDERS).map(readWord);
  const silent = members.optional('silent', arrayOf(DIGEST, MAX_HOLDERS)) ?? [];
  if (words.length === 0) throw refuse('the member words is missing');
  if (!ascends(words.map(({ node }) => node)) || !ascends(silent))
    throw refuse('those who have signed, or have not, do not ascend');
  return {
    erasure: members.required('erasure', COUNT),
    leafHash: members.required('leafHash', DIGEST),
    silent,
    words,
  };
}

function readWord(members: JsonMembers): SaidWord {
  const word = {
    at: members.required('at', INSTANT),
    copies: members.required('copies', COUNT),
    node: members.required('node', DIGEST),
    signature: members.required('signature', SIGNATURE),
  };
  members.end();
  return word;
}

function ascends(values: readonly string[]): boolean {
  return values.every((value, at) => at === 0 || (values[at - 1] ?? '') < value);
}
