/** Evidence whose anchored head is shown under a cosigned checkpoint of the epoch log too; each step can be bent. */
import type { EvidenceFile, EvidenceWitnessed } from '../../../src/evidence/evidence-file.js';
import { formatEvidence } from '../../../src/evidence/format-evidence.js';
import { type Checkpoint, formatCheckpoint } from '../../../src/tlog/checkpoint.js';
import { cosign } from '../../../src/tlog/cosignature.js';
import { formatVerifierKey } from '../../../src/tlog/note-key.js';
import { formatSignedNote, parseSignedNote, signNote } from '../../../src/tlog/signed-note.js';
import { logKey, witnessKey } from '../../tlog/keys.js';
import type { Built } from '../evidence-builder.js';

export interface Bends {
  readonly checkpoint: (checkpoint: Checkpoint) => Checkpoint;
  /** Of the key whose signature is on the checkpoint: a byte, of which it is made. */
  readonly signedBy: number;
  /** POSIX seconds of all cosignatures. */
  readonly at: number;
  readonly cosigners: readonly string[];
  readonly witnessed: (witnessed: EvidenceWitnessed) => EvidenceWitnessed;
  readonly file: (file: EvidenceFile) => EvidenceFile;
}

export const WITNESSES = ['one.example', 'two.example', 'three.example'] as const;
const LATE = 1_900_000_000;

export function epochsOrigin({ keys }: Built): string {
  return `${keys.origin.split('/')[0] ?? ''}/0000000000000000/epochs`;
}

export function witnessedEvidence(built: Built, bends: Partial<Bends> = {}): Uint8Array {
  const { checkpoint: bend = same, witnessed: bendWitnessed = same, file: bendFile = same } = bends;
  const { signedBy = 7, at = LATE, cosigners = WITNESSES } = bends;
  const { after } = built.file.anchors ?? {};
  if (after === undefined) throw new Error('the evidence is anchored');
  const { consistency, epoch, head, log, tenant } = after;
  const { size } = epoch;
  const checkpoint = bend({
    origin: epochsOrigin(built),
    size,
    rootHash: built.epochTree.root(size),
    extensions: [],
  });
  const note = signNote(formatCheckpoint(checkpoint), logKey(checkpoint.origin, signedBy).signer);
  const { text, signatures } = parseSignedNote(note);
  const cosignatures = cosigners.map((name) => {
    const { key, sign } = witnessOf(name);
    return cosign(text, key, sign, at);
  });
  const witnessed = bendWitnessed({
    ...{ consistency, epoch, head, log, tenant },
    checkpoint: formatSignedNote({ text, signatures: [...signatures, ...cosignatures] }),
    verifierKey: formatVerifierKey(logKey(checkpoint.origin, 7).key),
  });
  return formatEvidence(bendFile({ ...built.file, witnessed }));
}

/** Lines of a policy: two of the three. */
export function policyLines(...more: readonly string[]): readonly string[] {
  return [
    ...more,
    ...WITNESSES.map((name, n) => `witness w${n} ${formatVerifierKey(witnessOf(name).key)}`),
    'group all 2 w0 w1 w2',
    'quorum all',
  ];
}

function witnessOf(name: string): ReturnType<typeof witnessKey> {
  return witnessKey(name, 20 + WITNESSES.findIndex((one) => one === name));
}

function same<T>(value: T): T {
  return value;
}
