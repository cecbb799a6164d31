/**
 * The check `witnessed`: whether enough witnesses, of those that the verifier chose, have cosigned a head of the
 * epoch log that holds the entry. Fails for what is false; what is merely too little says nothing.
 */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { formatInstant } from '../../base/time.js';
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { ED25519_NOTE, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier, parseSignedNote, verifyNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { type WitnessTime, witnessVerdict } from '../../tlog/witnessed.js';
import type { EvidenceWitnessed } from '../evidence-file.js';
import type { Trust } from '../trust.js';
import {
  BLOCK_TIME_TOLERANCE_MILLIS,
  HEAD_RULES,
  headContainsEntry,
  type HeadSubject,
} from './anchor-rules.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';
import { readHead } from './read-head.js';
import { isFinding, readPart } from './read-part.js';

export interface WitnessedSubject extends HeadSubject {
  readonly anchor: EvidenceWitnessed;
  readonly checkpoint: Checkpoint;
  readonly key: VerifierKey;
  /** Keys of epoch logs that the verifier brought along. */
  readonly pinned: readonly VerifierKey[];
  /** By witnesses that satisfy a policy of the verifier; null where none is satisfied. */
  readonly cosigned: readonly WitnessTime[] | null;
}

export interface CheckedWitnessed {
  readonly outcome: Outcome;
  /** Null unless the check passed. */
  readonly proven: ProvenWitnesses | null;
}

export interface ProvenWitnesses {
  /** Of the head of the log. */
  readonly size: TreeSize;
  /** As the verifier's policy names them. */
  readonly names: readonly string[];
}

export const WITNESSED_RULES: Rules<WitnessedSubject> = {
  ...HEAD_RULES,

  'the head contains the entry': headContainsEntry,

  'the epoch log’s key signed the checkpoint': ({ anchor, key }) => {
    try {
      verifyNote(parseSignedNote(anchor.checkpoint), noteVerifier(key));
      return null;
    } catch (cause) {
      if (cause instanceof TlogError) return finding('witnessed.unsigned');
      throw cause;
    }
  },

  'the checkpoint is of an epoch log of the same node': ({ evidence, checkpoint, key }) => {
    const [node, , name] = checkpoint.origin.split('/');
    const isOfNode = node === evidence.log.origin.split('/')[0] && name === EPOCHS;
    return isOfNode && key.name === checkpoint.origin ? null : finding('witnessed.origin');
  },

  'no pinned key of that epoch log is another': ({ pinned, key }) => {
    const named = pinned.filter(({ name }) => name === key.name);
    const isPinned = named.some((one) => equalBytes(one.publicKey, key.publicKey));
    return named.length === 0 || isPinned ? null : finding('witnessed.contradicted');
  },

  'the epoch is in the tree of the checkpoint': ({ anchor, epoch, checkpoint }) => {
    const { size, rootHash } = checkpoint;
    const { leafHash, content, inclusion: proof } = epoch;
    const isIn = verifyInclusion({ leafHash, index: content.index, size, rootHash, proof });
    return isIn && anchor.epoch.size === size ? null : finding('witnessed.epoch');
  },

  // Whoever dates an entry forward is found out by the clocks of others.
  'the entry is not recorded after the cosignatures': ({ evidence, cosigned }) => {
    if (cosigned === null) return null;
    const { recordedAt } = evidence.entry.content;
    const at = lastOf(cosigned);
    return recordedAt <= at + BLOCK_TIME_TOLERANCE_MILLIS
      ? null
      : finding('witnessed.time', {
          recordedAt: formatInstant(recordedAt),
          other: formatInstant(at),
        });
  },
};

/** Null if the file shows nothing of witnesses. @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function checkWitnessed(
  evidence: ReadLogFile,
  trust: Trust,
  rules: Rules<WitnessedSubject>,
): CheckedWitnessed | null {
  const { witnessed } = evidence.file;
  if (witnessed === undefined) return null;
  const subject = subjectOf(witnessed, evidence, trust);
  if (isFinding(subject)) return { outcome: failed(subject), proven: null };
  const broken = brokenRule(rules, subject);
  if (broken !== null) return { outcome: failed(broken), proven: null };
  const { cosigned, head } = subject;
  if (cosigned === null)
    return {
      outcome: notPresent(
        trust.witnessPolicies.length === 0 ? 'witnessed.no-policy' : 'witnessed.too-few',
      ),
      proven: null,
    };
  const names = cosigned.map(({ witness }) => witness);
  const facts = {
    headSize: head.size,
    witnesses: names.join(', '),
    at: formatInstant(lastOf(cosigned)),
  };
  return {
    outcome: passed('trust', 'witnessed.pass', facts),
    proven: { size: head.size, names },
  };
}

/** Third part of the origin of an epoch log. */
const EPOCHS = 'epochs';
/** No clock is read: a file verifies to the same report in every year. */
const ANY_TIME = Number.MAX_SAFE_INTEGER as UnixMillis;

function subjectOf(
  witnessed: EvidenceWitnessed,
  evidence: ReadLogFile,
  trust: Trust,
): WitnessedSubject | Finding {
  const read = readHead(witnessed);
  if (isFinding(read)) return read;
  const checkpoint = readPart('witnessed.malformed', 'the checkpoint', () =>
    parseCheckpoint(parseSignedNote(witnessed.checkpoint).text),
  );
  if (isFinding(checkpoint)) return checkpoint;
  const key = readPart('witnessed.malformed', 'the key', () =>
    parseVerifierKey(witnessed.verifierKey),
  );
  if (isFinding(key)) return key;
  if (key.type !== ED25519_NOTE)
    return finding('witnessed.malformed', { where: 'the key', reason: 'it signs no notes' });
  const { logs, witnessPolicies } = trust;
  const pinned = [...logs, ...witnessPolicies.flatMap((one) => one.logs.map((log) => log.key))];
  const cosigned = cosignedBy(witnessed.checkpoint, key, trust);
  return { ...read, evidence, checkpoint, key, pinned, cosigned };
}

function cosignedBy(
  note: string,
  log: VerifierKey,
  { witnessPolicies }: Trust,
): readonly WitnessTime[] | null {
  for (const policy of witnessPolicies) {
    const verdict = witnessVerdict(note, policy, { log, now: ANY_TIME });
    if (verdict.isWitnessed && verdict.cosigned.length > 0) return verdict.cosigned;
  }
  return null;
}

function lastOf(cosigned: readonly WitnessTime[]): UnixMillis {
  return (Math.max(...cosigned.map(({ timestamp }) => timestamp)) * 1000) as UnixMillis;
}
