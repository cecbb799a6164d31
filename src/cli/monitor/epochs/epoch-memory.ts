/**
 * What a monitor remembers of the last epoch that it followed for a ledger (docs/formats/misbehaviour.md, "Monitor state"):
 * all that a proof needs of it, should a later epoch contradict it.
 */
import { fromHex, sha256Digest, toBase64, toHex } from '../../../base/bytes.js';
import type { JsonObject, JsonValue } from '../../../base/canonical-json.js';
import {
  base64Of,
  JsonMembers,
  type Refuse,
  type Shape,
  textLike,
} from '../../../base/json-members.js';
import { type LogInEpoch, saidOfLog } from '../../../evidence/misbehaviour/log-in-epoch.js';
import { MAX_NOTE_CHARACTERS } from '../../../evidence/misbehaviour/misbehaviour-file.js';
import { readSeenEpoch, type SeenEpoch } from '../../../evidence/misbehaviour/seen-epoch.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../../tlog/note-key.js';
import { MAX_LOGS } from './remote-epochs.js';

export interface EpochMemory {
  /** That signed the epoch's checkpoint. */
  readonly key: VerifierKey;
  readonly epoch: SeenEpoch;
  /** Of the ledger, the oldest first. */
  readonly logs: readonly LogInEpoch[];
}

export function epochMemoryToJson({ key, epoch, logs }: EpochMemory): JsonObject {
  return {
    checkpoint: epoch.checkpoint,
    inclusion: epoch.inclusion.map(toBase64),
    key: formatVerifierKey(key),
    logs: logs.map(logToJson),
    statement: toBase64(epoch.statement),
  };
}

/** @throws what `refuse` makes, and ChirographError for what does not verify: it was altered. */
export function readEpochMemory(value: JsonValue, refuse: Refuse): EpochMemory {
  const members = new JsonMembers(value, refuse, 'epochs');
  const key = parseVerifierKey(members.required('key', textUpTo(1_024)));
  const shown = {
    checkpoint: members.required('checkpoint', textUpTo(MAX_NOTE_CHARACTERS)),
    inclusion: members.required('inclusion', HASHES),
    statement: members.required('statement', base64Of()),
  };
  const logs = members.objects('logs', MAX_LOGS).map((log) => readLog(log, refuse));
  members.end();
  const epoch = readSeenEpoch(shown, key);
  for (const log of logs) saidOfLog(epoch.content, log);
  return { key, epoch, logs };
}

const HASH = base64Of(32);
const HANDLE = textLike(/^[0-9a-f]{16}$/, '16 hex digits');
const HASHES = {
  what: 'hashes',
  read: (value: JsonValue) => {
    if (!Array.isArray(value) || value.length > 64) return null;
    const hashes = (value as readonly JsonValue[]).map((item) => HASH.read(item));
    return hashes.every((hash) => hash !== null) ? hashes.map(sha256Digest) : null;
  },
};

function logToJson({ origin, handle, taken, proof, tenant }: LogInEpoch): JsonObject {
  return {
    handle: toHex(handle),
    origin,
    proof: toBase64(proof),
    ...(taken !== null && { salt: toBase64(taken.salt), statement: toBase64(taken.statement) }),
    tenant: {
      handle: toHex(tenant.handle),
      proof: toBase64(tenant.proof),
      root: toBase64(tenant.root),
      ...(tenant.salt !== undefined && { salt: toBase64(tenant.salt) }),
    },
  };
}

function readLog(members: JsonMembers, refuse: Refuse): LogInEpoch {
  const tenant = readTenant(members.object('tenant'));
  const salt = members.optional('salt', HASH);
  const statement = members.optional('statement', base64Of());
  const log = {
    origin: members.required('origin', textUpTo(512)),
    handle: fromHex(members.required('handle', HANDLE)),
    proof: members.required('proof', base64Of()),
    taken: salt === undefined || statement === undefined ? null : { statement, salt },
    tenant,
  };
  members.end();
  if ((salt === undefined) !== (statement === undefined))
    throw refuse('a statement and its salt come together');
  return log;
}

function readTenant(members: JsonMembers): LogInEpoch['tenant'] {
  const salt = members.optional('salt', HASH);
  const tenant = {
    handle: fromHex(members.required('handle', HANDLE)),
    proof: members.required('proof', base64Of()),
    root: sha256Digest(members.required('root', HASH)),
    ...(salt !== undefined && { salt }),
  };
  members.end();
  return tenant;
}

export function textUpTo(maximum: number): Shape<string> {
  return textLike(new RegExp(`^[^]{1,${maximum}}$`), `text of 1 to ${maximum} characters`);
}
