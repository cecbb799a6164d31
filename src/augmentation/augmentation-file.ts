/**
 * `augmentation.json`: how far the follower of signatures has come (docs/formats/data-directory.md). It can be
 * made again from the logs, and is, when it is missing or cannot be read: so it says nothing that the logs do not,
 * but for the reasons why some signatures wait.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeafIndex } from '../base/brand.js';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import {
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
  HANDLE,
} from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { formatInstant } from '../base/time.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  writeFileDurably,
} from '../keys/durable-file.js';
import { AUGMENTATION_STEPS } from './augmenter.js';
import { MAX_REASON } from './reason.js';
import { MAX_WAITING, type WaitingSignature } from './waiting-signatures.js';

export const WALKS = ['T', 'LT', 'LTA'] as const;
export type WalkStep = (typeof WALKS)[number];

/** Of a log: entries below each index need nothing more of that step, or wait. */
export type Cursors = Readonly<Record<WalkStep, number>>;

export interface AugmentationState {
  /** By the log's handle. */
  readonly logs: ReadonlyMap<string, Cursors>;
  /** When all signatures were last looked at for renewal. */
  readonly sweptAt: UnixMillis | null;
  readonly waiting: readonly WaitingSignature[];
}

export const EMPTY_STATE: AugmentationState = { logs: new Map(), sweptAt: null, waiting: [] };

/** @returns nothing done yet if there is none; null if there is one that cannot be read. */
export async function readAugmentationFile(
  dataDirectory: string,
): Promise<AugmentationState | null> {
  try {
    return parse(await readFile(join(dataDirectory, FILE)));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return EMPTY_STATE;
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Durable when it returns. A crash before that leaves the file of before, from which more is done again. */
export async function writeAugmentationFile(
  dataDirectory: string,
  { logs, sweptAt, waiting }: AugmentationState,
  files: DurableFileSystem = durableFileSystem,
): Promise<void> {
  const content: JsonObject = {
    logs: Object.fromEntries([...logs].map(([handle, cursors]) => [handle, { ...cursors }])),
    ...(sweptAt !== null && { sweptAt: formatInstant(sweptAt) }),
    ...(waiting.length > 0 && { waiting: waiting.map(waitingToJson) }),
  };
  await writeFileDurably(join(dataDirectory, FILE), formatStoredJson(FILE, content), 0o600, files);
}

const FILE = 'augmentation.json';
const REASON = textLike(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${MAX_REASON}}$`, 'u'), 'a reason');

/** Not an error of the operator's: what cannot be read is made again. */
class Unreadable extends Error {}

const refuse = (reason: string): Error => new Unreadable(reason);

function parse(bytes: Uint8Array): AugmentationState {
  const content = parseStoredJson(FILE, bytes, { damaged: refuse, newer: () => refuse('newer') });
  const members = new JsonMembers(content, refuse);
  const logs = new Map<string, Cursors>();
  for (const handle of Object.keys(members.required('logs', JSON_OBJECT))) {
    if (HANDLE.read(handle) === null) throw refuse('not a handle');
    logs.set(handle, readCursors(content, handle));
  }
  const state = {
    logs,
    sweptAt: members.optional('sweptAt', INSTANT) ?? null,
    waiting: members.objects('waiting', MAX_WAITING).map(readWaiting),
  };
  members.end();
  return state;
}

function readCursors(content: JsonObject, handle: string): Cursors {
  const cursors = new JsonMembers(content, refuse).object('logs').object(handle);
  const read = {
    T: cursors.required('T', COUNT),
    LT: cursors.required('LT', COUNT),
    LTA: cursors.required('LTA', COUNT),
  };
  cursors.end();
  return read;
}

function readWaiting(members: JsonMembers): WaitingSignature {
  const read = {
    log: members.required('log', HANDLE),
    index: members.required('index', COUNT) as LeafIndex,
    step: members.required('step', oneOf(...AUGMENTATION_STEPS)),
    since: members.required('since', INSTANT),
    tries: members.required('tries', COUNT),
    until: members.optional('until', INSTANT) ?? null,
    reason: members.required('reason', REASON),
  };
  members.end();
  return read;
}

function waitingToJson({ since, until, ...rest }: WaitingSignature): JsonObject {
  return {
    ...rest,
    since: formatInstant(since),
    ...(until !== null && { until: formatInstant(until) }),
  };
}
