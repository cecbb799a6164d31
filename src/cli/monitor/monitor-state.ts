/**
 * What a monitor remembers of a log (docs/formats/misbehaviour.md, "Monitor state"). Whoever can make it
 * forget can show it another history, so what cannot be read is an error and never a fresh start.
 */
import type { UnixMillis } from '../../base/brand.js';
import { toBase64 } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { ChirographError } from '../../base/errors.js';
import {
  base64Of,
  COUNT,
  INSTANT,
  JsonMembers,
  oneOf,
  type Shape,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import {
  MAX_NOTE_CHARACTERS,
  type RecoveryWord,
} from '../../evidence/misbehaviour/misbehaviour-file.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { CliError } from '../cli-error.js';
import {
  type EpochMemory,
  epochMemoryToJson,
  readEpochMemory,
  textUpTo,
} from './epochs/epoch-memory.js';

export interface MonitorState {
  /** The largest that continues all before it; a signed note. */
  readonly checkpoint: string;
  /** Named as the origin. */
  readonly key: VerifierKey;
  readonly recovery?: RecoveryWord;
  /** When that checkpoint was first seen, by the monitor's clock. */
  readonly grownAt: UnixMillis;
  readonly seenAt: UnixMillis;
  /** Where the log was seen, 1–16, the one seen last at the end. */
  readonly sources: readonly Source[];
  /** The last epoch that was followed for this log’s ledger, if epochs are. */
  readonly epochs?: EpochMemory;
}

export interface Source {
  /** `<URL> <ledger>` */
  readonly place: string;
  /** Of the largest head that was seen there. */
  readonly size: number;
}

export const MAX_STATE_BYTES = 1024 * 1024;
export const MAX_SOURCES = 16;
export const MAX_PLACE_CHARACTERS = 1_024;
/** With `epochs`; without, what is written is of format 1, which earlier versions read too. */
const FORMAT = 2;
const KIND = 'monitor-state';

/** Of the log that was seen at that place. */
export function stateOf(place: string, states: readonly MonitorState[]): MonitorState | null {
  return states.find(({ sources }) => sources.some((source) => source.place === place)) ?? null;
}

export function formatMonitorState(state: MonitorState): Uint8Array {
  const { checkpoint, key, recovery, grownAt, seenAt, sources, epochs } = state;
  return canonicalJsonBytes({
    $v: epochs === undefined ? 1 : FORMAT,
    checkpoint,
    ...(epochs !== undefined && { epochs: epochMemoryToJson(epochs) }),
    grownAt: formatInstant(grownAt),
    key: formatVerifierKey(key),
    kind: KIND,
    ...(recovery !== undefined && {
      recovery: {
        key: formatVerifierKey(recovery.key),
        signature: toBase64(recovery.signature),
      },
    }),
    seenAt: formatInstant(seenAt),
    sources: sources.map(({ place, size }) => ({ place, size })),
  });
}

/** @throws CliError CLI_INPUT for what is none, whose checkpoint does not verify, or of a newer format. */
export function parseMonitorState(bytes: Uint8Array): MonitorState {
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), malformed);
    const format = members.required('$v', COUNT);
    if (format > FORMAT)
      throw new CliError('CLI_INPUT', `it has format ${format}; this version reads ${FORMAT}`);
    members.required('kind', oneOf(KIND));
    const recovery = members.optional('recovery', ANY);
    const epochs = format === FORMAT ? members.required('epochs', ANY) : undefined;
    const state = {
      checkpoint: members.required('checkpoint', textUpTo(MAX_NOTE_CHARACTERS)),
      key: parseVerifierKey(members.required('key', textUpTo(1_024))),
      ...(recovery !== undefined && {
        recovery: readRecovery(new JsonMembers(recovery, malformed, 'recovery')),
      }),
      grownAt: members.required('grownAt', INSTANT),
      seenAt: members.required('seenAt', INSTANT),
      sources: members.objects('sources', MAX_SOURCES).map(readSource),
      ...(epochs !== undefined && { epochs: readEpochMemory(epochs, malformed) }),
    };
    members.end();
    verifyCheckpoint(state.checkpoint, noteVerifier(state.key));
    return state;
  } catch (cause) {
    if (cause instanceof CliError || !(cause instanceof ChirographError)) throw cause;
    throw malformed(cause.message, cause);
  }
}

const ANY: Shape<JsonValue> = { what: 'a value', read: (value) => value };

function readSource(members: JsonMembers): Source {
  const source = {
    place: members.required('place', textUpTo(MAX_PLACE_CHARACTERS)),
    size: members.required('size', COUNT),
  };
  members.end();
  return source;
}

function readRecovery(members: JsonMembers): RecoveryWord {
  const recovery = {
    key: parseVerifierKey(members.required('key', textUpTo(1_024))),
    signature: members.required('signature', base64Of(64)),
  };
  members.end();
  return recovery;
}

function malformed(reason: string, cause?: unknown): CliError {
  return new CliError('CLI_INPUT', `it is no state of a monitor: ${reason}`, { cause });
}
