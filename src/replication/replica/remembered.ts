/** What is remembered of one followed log, as JSON (docs/formats/replica.md, "Memory"). */
import type { Sha256Digest, TreeSize, UnixMillis } from '../../base/brand.js';
import {
  equalBytes,
  fromHex,
  sha256Digest,
  toBase64,
  toHex,
  utf8,
  utf8ToString,
} from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  INSTANT,
  JsonMembers,
  oneOf,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { parseStatement } from '../../records/parse-statement.js';
import { RecordsError } from '../../records/records-error.js';
import { formatStatement } from '../../records/statement.js';
import { parseCheckpoint } from '../../tlog/checkpoint.js';
import { type CompactRange, rootHash as rootOf } from '../../tlog/compact-range.js';
import { logBindingIn } from '../../tlog/log-binding.js';
import { parseSignedNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import type { NodeId } from '../protocol/term.js';
import { ALARM_CODES, type ReplicaAlarm } from './alarm.js';
import { keysToJson, MAX_CHECKPOINT_CHARACTERS, readKeys, textUpTo } from './announcement.js';
import type { GroupEntry, Keeping } from './keeping.js';
import type { Walk } from './walk.js';

export interface Remembered {
  readonly origin: string;
  readonly keys: readonly LogKeys[];
  /** The largest that was verified and stored and is never discarded, a signed note; null before the first. */
  readonly checkpoint: string | null;
  /** Of a reader, at that checkpoint; null of a blind replica. */
  readonly walk: Walk | null;
  /** Of larger ones, which may be discarded as long as they are not shown; at most 1,024, ascending. */
  readonly heads: readonly string[];
  /** Where the log ends that is on disk, if no head says so: what came behind was discarded. */
  readonly end: RememberedEnd | null;
  /** A block of this node's own behind all that, which is being written. */
  readonly next: NextBlock | null;
  /** Why the log is not followed any more. */
  readonly alarm: ReplicaAlarm | null;
}

export interface RememberedEnd {
  /** Number of blocks. */
  readonly length: number;
  /** BLAKE2b tree hash of them, 32 bytes. */
  readonly treeHash: Uint8Array;
}

export interface NextBlock {
  readonly block: Uint8Array;
  /** The signed head with it, a note. */
  readonly note: string;
}

export const MAX_HEADS = 1_024;

export function rememberedToJson({
  origin,
  keys,
  checkpoint,
  walk,
  heads,
  end,
  next,
  alarm,
}: Remembered): JsonObject {
  return {
    ...(alarm !== null && {
      alarm: { at: formatInstant(alarm.at), code: alarm.code, detail: alarm.detail },
    }),
    ...(checkpoint !== null && { checkpoint }),
    ...(end !== null && { end: { length: end.length, treeHash: toHex(end.treeHash) } }),
    ...(heads.length > 0 && { heads }),
    keys: keys.map(keysToJson),
    ...(next !== null && { next: { block: toBase64(next.block), checkpoint: next.note } }),
    origin,
    ...(walk !== null && { walk: walkToJson(walk) }),
  };
}

function walkToJson({ length, tree, recordedAt, keeping }: Walk): JsonObject {
  return {
    length,
    // None only of an empty tree, whose size says so.
    ...(tree.size > 0 && { peaks: tree.peaks.map(toBase64) }),
    recordedAt: formatInstant(recordedAt),
    size: tree.size,
    ...(keeping !== null && {
      groups: keeping.groups.map(({ block, statement }) => ({
        block,
        statement: utf8ToString(formatStatement(statement)),
      })),
      node: keeping.firstTerm.node,
      term: keeping.firstTerm.number,
    }),
  };
}

/** @throws what `refuse` makes. */
export function readRemembered(content: JsonObject, refuse: (reason: string) => Error): Remembered {
  const members = new JsonMembers(content, refuse);
  const remembered = {
    origin: members.required('origin', textUpTo(512)),
    keys: readKeys(members, refuse),
    checkpoint: members.optional('checkpoint', NOTE) ?? null,
    walk: content['walk'] === undefined ? null : readWalk(members.object('walk'), refuse),
    heads: members.optional('heads', arrayOf(NOTE, MAX_HEADS)) ?? [],
    end: content['end'] === undefined ? null : readEnd(members.object('end')),
    next: content['next'] === undefined ? null : readNext(members.object('next')),
    alarm: content['alarm'] === undefined ? null : readAlarm(members.object('alarm')),
  };
  members.end();
  const { checkpoint, walk } = remembered;
  if (walk !== null && checkpoint === null) throw refuse('it has a tree and no head');
  if (checkpoint !== null && !isOfHead(checkpoint, walk))
    throw refuse('its tree is not its head’s');
  return remembered;
}

const NOTE = textUpTo(MAX_CHECKPOINT_CHARACTERS);

function readEnd(members: JsonMembers): RememberedEnd {
  const end = {
    length: members.required('length', COUNT),
    treeHash: fromHex(members.required('treeHash', DIGEST)),
  };
  members.end();
  return end;
}

function readNext(members: JsonMembers): NextBlock {
  const next = {
    block: members.required('block', base64Of()),
    note: members.required('checkpoint', NOTE),
  };
  members.end();
  return next;
}

function readWalk(members: JsonMembers, refuse: (reason: string) => Error): Walk {
  const length = members.required('length', COUNT);
  const size = members.required('size', COUNT) as TreeSize;
  const peaks = (members.optional('peaks', PEAKS) ?? []).map((peak): Sha256Digest =>
    sha256Digest(peak),
  );
  const recordedAt: UnixMillis = members.required('recordedAt', INSTANT);
  const keeping = readKeeping(members, refuse);
  members.end();
  if (peaks.length !== bitsOf(size)) throw refuse('its tree has another size than it says');
  const tree: CompactRange = { size, peaks };
  return { length, tree, recordedAt, keeping };
}

const PEAKS = arrayOf(base64Of(32), 53);

function readKeeping(members: JsonMembers, refuse: (reason: string) => Error): Keeping | null {
  const number = members.optional('term', COUNT);
  if (number === undefined) return null;
  const node = members.required('node', DIGEST);
  const groups = members.objects('groups', 2).map((group): GroupEntry => {
    const block = group.required('block', COUNT);
    const statement = readGroupStatement(group.required('statement', textUpTo(65_535)), refuse);
    group.end();
    return { block, statement };
  });
  return { firstTerm: { node: node as string as NodeId, number }, groups };
}

function readGroupStatement(
  text: string,
  refuse: (reason: string) => Error,
): GroupEntry['statement'] {
  try {
    const statement = parseStatement(utf8(text));
    if (statement.kind === 'group') return statement;
  } catch (cause) {
    if (!(cause instanceof RecordsError)) throw cause;
  }
  throw refuse('a group in it is not what an entry says');
}

function readAlarm(members: JsonMembers): ReplicaAlarm {
  const alarm = {
    at: members.required('at', INSTANT),
    code: members.required('code', oneOf(...ALARM_CODES)),
    detail: members.required('detail', textUpTo(1_024)),
  };
  members.end();
  return alarm;
}

/** That its signature verifies is looked at by whoever goes on from it. */
function isOfHead(note: string, walk: Walk | null): boolean {
  try {
    const { extensions, size, rootHash } = parseCheckpoint(parseSignedNote(note).text);
    const binding = logBindingIn(extensions, { refuseOthers: true });
    if (binding === undefined || walk === null) return binding !== undefined;
    return (
      walk.length === binding.length &&
      walk.tree.size === size &&
      equalBytes(rootOf(walk.tree), rootHash)
    );
  } catch (cause) {
    if (cause instanceof TlogError) return false;
    throw cause;
  }
}

function bitsOf(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}
