/**
 * That messages of a group are said again as they were, by their numbers (docs/formats/replication.md): one message for all
 * ledgers of a link, and nothing to be signed.
 */
import { z } from 'zod';
import { utf8, utf8ToString } from '../base/bytes.js';
import { canonicalJson, type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { ReplicationError } from './replication-error.js';

/** Numbers of messages in this direction of `chirograph/group`, counted from 0: ascending, 1 to `MAX_AGAIN` of them. */
export type Again = readonly number[];

export const MAX_AGAIN = 4_000;
export const MAX_AGAIN_BYTES = 128 * 1024;
/** A link would have to stand for thousands of years. */
const MAX_NUMBER = 2 ** 48;

const run = z.tuple([z.int().min(0).max(MAX_NUMBER), z.int().min(1).max(MAX_AGAIN)]);
const shape = z.strictObject({ $v: z.literal(1), again: z.array(run).min(1).max(MAX_AGAIN) });

export function formatAgain(again: Again): Uint8Array {
  const runs: [first: number, count: number][] = [];
  for (const number of again) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === number) last[1]++;
    else runs.push([number, 1]);
  }
  return utf8(canonicalJson({ $v: 1, again: runs }));
}

/** @throws ReplicationError REPLICATION_MESSAGE_MALFORMED for anything that `formatAgain` does not write. */
export function parseAgain(bytes: Uint8Array): Again {
  if (bytes.length > MAX_AGAIN_BYTES) throw malformed('it is too large');
  const read = shape.safeParse(jsonOf(bytes));
  if (!read.success) throw malformed('it is not of the form of one');
  const runs = read.data.again;
  if (runs.reduce((sum, [, count]) => sum + count, 0) > MAX_AGAIN)
    throw malformed('it names too many');
  const again = runs.flatMap(([first, count]) =>
    Array.from({ length: count }, (_, at) => first + at),
  );
  const isAscending = again.every((number, at) => number > (again[at - 1] ?? -1));
  if (!isAscending || utf8ToString(formatAgain(again)) !== utf8ToString(bytes))
    throw malformed('it is not written as one is');
  return again;
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(utf8ToString(bytes), { maxDepth: 4 });
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
}

function malformed(why: string, cause?: unknown): ReplicationError {
  const what = `a message that says others again: ${why}`;
  return new ReplicationError('REPLICATION_MESSAGE_MALFORMED', what, { cause });
}
