/**
 * What a verifier knows of keys that ended, from its own side: a file made with a stolen key shows no handover, and is
 * consistent in itself.
 */
import { digestToHex } from '../../base/hex-digest.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import type { SignedHandover } from '../handover-request.js';
import { knownHandovers } from '../known-handovers.js';
import type { Trust } from '../trust.js';
import { type Finding, finding, type Rule } from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';

interface KnownHandoverSubject {
  readonly evidence: ReadLogFile;
  readonly trust: Trust;
}

export const KNOWN_HANDOVER_RULES = {
  'nothing larger is taken from a key that ended': everyHandover(({ checkpoint, log }, known) =>
    known.old === formatVerifierKey(log.lastKey) && checkpoint.size > known.size
      ? finding('log-identity.ended-key', { size: known.size, shown: checkpoint.size })
      : null,
  ),

  'the tree at its end is the one that was handed over': everyHandover(
    ({ checkpoint, log }, known) =>
      known.old === formatVerifierKey(log.lastKey) &&
      checkpoint.size === known.size &&
      digestToHex(checkpoint.rootHash) !== known.rootHash
        ? finding('log-identity.ended-tree', { size: known.size })
        : null,
  ),

  'a key that ended was handed over once': everyHandover(({ log }, known) =>
    log.handovers.some(({ content }) => content.old === known.old && !isSame(content, known))
      ? finding('log-identity.other-handover', { size: known.size })
      : null,
  ),
} satisfies Readonly<Record<string, Rule<KnownHandoverSubject>>>;

/** Over all handovers of the file's log that a recovery key signed which the verifier has pinned. */
function everyHandover(
  broken: (evidence: ReadLogFile, known: SignedHandover) => Finding | null,
): Rule<KnownHandoverSubject> {
  return ({ evidence, trust }) => {
    for (const known of knownHandovers(trust, evidence.log.origin)) {
      const found = broken(evidence, known);
      if (found !== null) return found;
    }
    return null;
  };
}

function isSame(
  content: Pick<SignedHandover, 'new' | 'rootHash' | 'size'>,
  known: SignedHandover,
): boolean {
  return (
    content.new === known.new && content.size === known.size && content.rootHash === known.rootHash
  );
}
