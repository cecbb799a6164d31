/** That the log's last key signed this tree head, of this log and nothing besides. */
import { utf8 } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { logBindingIn } from '../../tlog/log-binding.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';

export const CHECKPOINT_RULES: Rules<ReadLogFile> = {
  'the last key signed it': ({ note, log }) => {
    const verifier = noteVerifier(log.lastKey);
    const signature = note.signatures.find(
      ({ name, keyId }) => name === verifier.name && keyId === verifier.keyId,
    );
    return signature !== undefined && verifier.verify(utf8(note.text), signature.signature)
      ? null
      : finding('checkpoint.unsigned');
  },

  // By whom others are, no root of trust says: they could be altered unseen.
  'it has no other signature': ({ note }) =>
    note.signatures.length === 1 ? null : finding('checkpoint.signatures'),

  'it is of this log': ({ checkpoint, log }) =>
    checkpoint.origin === log.origin ? null : finding('checkpoint.origin'),

  'its key bears the name of the log': ({ log }) =>
    log.firstKey.name === log.origin && log.lastKey.name === log.origin
      ? null
      : finding('checkpoint.key-name'),

  'it says nothing else': ({ checkpoint }) => {
    try {
      logBindingIn(checkpoint.extensions, { refuseOthers: true });
      return null;
    } catch (cause) {
      if (!(cause instanceof ChirographError)) throw cause;
      return finding('checkpoint.extensions', { reason: cause.message });
    }
  },
};

export function checkCheckpoint(
  evidence: ReadLogFile,
  rules: Rules<ReadLogFile> = CHECKPOINT_RULES,
): Outcome {
  const broken = brokenRule(rules, evidence);
  if (broken !== null) return failed(broken);
  return passed('math', 'checkpoint.pass', {
    origin: evidence.log.origin,
    size: evidence.checkpoint.size,
  });
}
