/**
 * The strict reading of proofs of misbehaviour: one encoding, every member known, every length bounded.
 * What the members say is not looked into here.
 */
import type { LeafIndex } from '../../base/brand.js';
import { type JsonValue, parseCanonicalJson } from '../../base/canonical-json.js';
import { BaseError, ChirographError } from '../../base/errors.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  isJsonObject,
  JsonMembers,
  oneOf,
} from '../../base/json-members.js';
import { ED25519_SIGNATURE_BYTES } from '../../tlog/ed25519.js';
import { ED25519_NOTE, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { EvidenceError } from '../evidence-error.js';
import { HASH, PROOF, textUpTo } from '../internal/evidence-shapes.js';
import { readCore } from './internal/parse-core.js';
import { readEpochs } from './internal/parse-epochs.js';
import {
  type Contradiction,
  type LeafInTree,
  MAX_MISBEHAVIOUR_BYTES,
  MAX_NOTE_CHARACTERS,
  MISBEHAVIOUR_FORMAT,
  MISBEHAVIOUR_KIND,
  type MisbehaviourFile,
  type RecoveryWord,
} from './misbehaviour-file.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function parseMisbehaviour(bytes: Uint8Array): MisbehaviourFile {
  if (bytes.length > MAX_MISBEHAVIOUR_BYTES) throw malformed('it is larger than 1 MiB');
  const members = new JsonMembers(
    refusing(() => parseCanonicalJson(bytes)),
    malformed,
  );
  const format = members.required('$v', COUNT);
  if (format > MISBEHAVIOUR_FORMAT)
    throw new EvidenceError(
      'EVIDENCE_FORMAT_NEWER',
      `the proof has format ${format}; this version reads ${MISBEHAVIOUR_FORMAT}`,
    );
  if (format !== MISBEHAVIOUR_FORMAT) throw malformed(`its format is not ${MISBEHAVIOUR_FORMAT}`);
  members.required('kind', oneOf(MISBEHAVIOUR_KIND));
  const recovery = members.optional('recovery', { what: 'a value', read: (value) => value });
  const file = {
    checkpoints: members.required('checkpoints', NOTES),
    key: readKey(members, 'key'),
    ...(recovery !== undefined && { recovery: readRecovery(recovery) }),
    shows: readContradiction(members.object('shows')),
  };
  members.end();
  return file;
}

/** Whether a JSON value says of itself that it is one; for telling kinds of files apart. */
export function isMisbehaviourJson(value: JsonValue): boolean {
  return isJsonObject(value) && value['kind'] === MISBEHAVIOUR_KIND;
}

const NOTES = arrayOf(textUpTo(MAX_NOTE_CHARACTERS), 2);
const KEY_TEXT = textUpTo(1_024);
const KIND = oneOf('roots', 'beginning', 'entry', 'binding', 'epochs', 'core');
const SIGNATURE = base64Of(ED25519_SIGNATURE_BYTES);

function readRecovery(value: JsonValue): RecoveryWord {
  const members = new JsonMembers(value, malformed, 'recovery');
  const recovery = {
    key: readKey(members, 'key'),
    signature: members.required('signature', SIGNATURE),
  };
  members.end();
  return recovery;
}

function readKey(members: JsonMembers, name: string): VerifierKey {
  const text = members.required(name, KEY_TEXT);
  const key = refusing(() => parseVerifierKey(text));
  if (key.type !== ED25519_NOTE) throw malformed('a key is not of type 01');
  return key;
}

function readContradiction(members: JsonMembers): Contradiction {
  const kind = members.required('kind', KIND);
  switch (kind) {
    case 'roots':
    case 'binding':
      members.end();
      return { kind };
    case 'beginning':
      return { kind, ...readLeaf(members) };
    case 'entry': {
      const index = members.required('index', COUNT) as LeafIndex;
      const first = readLeaf(members.object('first'));
      const second = readLeaf(members.object('second'));
      members.end();
      return { kind, index, first, second };
    }
    case 'epochs':
      return readEpochs(members, readLeaf, malformed);
    case 'core':
      return readCore(members, malformed);
  }
}

/** Ends the object: other members must have been read before. */
function readLeaf(members: JsonMembers): LeafInTree {
  const leaf = {
    inclusion: members.required('inclusion', PROOF),
    leafHash: members.required('leafHash', HASH),
  };
  members.end();
  return leaf;
}

function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof BaseError || cause instanceof ChirographError)
      throw malformed(cause.message, cause);
    throw cause;
  }
}

function malformed(reason: string, cause?: unknown): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not a proof of misbehaviour: ${reason}`, {
    cause,
  });
}
