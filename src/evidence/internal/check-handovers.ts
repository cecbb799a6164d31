/**
 * That each key of the log came rightly after the one before it: by both keys, or by the recovery key
 * that the log's first entry names, which stands in for one that is lost or stolen.
 */
import { equalBytes, fromBase64 } from '../../base/bytes.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { HandoverSignature } from '../../records/statement.js';
import { ed25519Verifier } from '../../tlog/ed25519.js';
import { formatVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { handoverMessage } from '../handover-message.js';
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
import type { ReadLogFile, ReadHandover } from './read-evidence.js';
import { rootBefore } from './root-before.js';

/** A handover, and what it has to follow. */
export interface HandoverSubject {
  readonly evidence: ReadLogFile;
  readonly handover: ReadHandover;
  /** From 1. */
  readonly number: number;
  readonly oldKey: VerifierKey;
  /** Of the handover before, or of the first entry. */
  readonly oldIndex: number;
}

export const HANDOVER_RULES: Rules<HandoverSubject> = {
  'from the key before': ({ handover, number, oldKey }) =>
    handover.content.old === formatVerifierKey(oldKey)
      ? null
      : finding('handovers.gap', { number }),

  'to a new key of the same log': ({ evidence, handover, number, oldKey }) =>
    handover.newKey.name === evidence.log.origin &&
    !equalBytes(handover.newKey.publicKey, oldKey.publicKey)
      ? null
      : finding('handovers.key', { number }),

  'the first entry of the log that goes on': ({ handover, number, oldIndex }) => {
    const { index, size } = handover.content;
    return index === size && index > oldIndex ? null : finding('handovers.place', { number });
  },

  'over the tree as it then was': ({ evidence, handover, number }) => {
    const { content, inclusion } = handover;
    const root = rootBefore(content.index, evidence.checkpoint.size, inclusion);
    return root !== null && digestToHex(root) === content.rootHash
      ? null
      : finding('handovers.root', { number });
  },

  'signed by both keys or by the recovery key': (subject) =>
    isAuthorised(subject) ? null : finding('handovers.unsigned', { number: subject.number }),
};

export function checkHandovers(
  evidence: ReadLogFile,
  rules: Rules<HandoverSubject> = HANDOVER_RULES,
): Outcome {
  const { handovers, first, firstKey } = evidence.log;
  if (handovers.length === 0) return notPresent('handovers.none');
  let oldKey = firstKey;
  let oldIndex: number = first.content.index;
  for (const [at, handover] of handovers.entries()) {
    const broken: Finding | null = brokenRule(rules, {
      evidence,
      handover,
      number: at + 1,
      oldKey,
      oldIndex,
    });
    if (broken !== null) return failed(broken);
    oldKey = handover.newKey;
    oldIndex = handover.content.index;
  }
  return passed('math', 'handovers.pass', { count: handovers.length });
}

/** Just these signatures, so that none is left without a check. */
function isAuthorised({ evidence, handover, oldKey }: HandoverSubject): boolean {
  const { signatures } = handover.content;
  const message = handoverMessage(evidence.log.origin, handover.content);
  const signedBy = (key: VerifierKey): boolean =>
    signatures.some((signature) => isBy(signature, key, message));
  return signatures.length === 1
    ? signedBy(evidence.log.recoveryKey)
    : signatures.length === 2 && signedBy(oldKey) && signedBy(handover.newKey);
}

function isBy(
  { by, signature }: HandoverSignature,
  key: VerifierKey,
  message: Uint8Array,
): boolean {
  return (
    by === formatVerifierKey(key) && ed25519Verifier(key.publicKey)(message, fromBase64(signature))
  );
}
