/** A log that signs whatever it is told to: heads of one history, and of another that it keeps beside it. */
import type { Sha256Digest, TreeSize } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { type WitnessedLog, witnessedLogs } from '../../../src/checkpoint/witnessed-logs.js';
import { formatAddCheckpoint } from '../../../src/tlog/add-checkpoint.js';
import { formatCheckpoint } from '../../../src/tlog/checkpoint.js';
import { signNote } from '../../../src/tlog/signed-note.js';
import { logKey } from '../../tlog/keys.js';
import { leaves, naiveProof, naiveRoot, sizeOf } from '../../tlog/naive-tree.js';

export interface Asked {
  readonly old: number;
  readonly size: number;
  /** Which of its histories; 0 is the one that it shows to most. */
  readonly history?: number;
  readonly proof?: readonly Sha256Digest[];
  readonly extensions?: readonly string[];
}

/** All its histories share their first `fork` entries. */
export class SigningLog {
  readonly witnessed: WitnessedLog;
  readonly #key: ReturnType<typeof logKey>;
  readonly #histories: readonly (readonly Sha256Digest[])[];

  constructor({ origin = 'log.example/acme/kyc', byte = 1, fork = 3, length = 40 } = {}) {
    this.#key = logKey(origin, byte);
    const shared = leaves(fork);
    this.#histories = ['entry', 'altered', 'third'].map((label) => [
      ...shared,
      ...leaves(length, label).slice(fork),
    ]);
    const [witnessed] = witnessedLogs([this.#key.key]);
    if (witnessed === undefined) throw new Error('a log has a key');
    this.witnessed = witnessed;
  }

  get origin(): string {
    return this.#key.key.name;
  }

  get verifierKey(): ReturnType<typeof logKey>['key'] {
    return this.#key.key;
  }

  root(size: number, history = 0): Sha256Digest {
    return naiveRoot(this.#leaves(size, history));
  }

  text(size: number, history = 0, extensions: readonly string[] = []): string {
    const rootHash = this.root(size, history);
    return formatCheckpoint({ origin: this.origin, size: sizeOf(size), rootHash, extensions });
  }

  note(size: number, history = 0, extensions: readonly string[] = []): string {
    return signNote(this.text(size, history, extensions), this.#key.signer);
  }

  /** None from the empty tree, and none where there is none to make. */
  proof(from: number, to: number, history = 0): readonly Sha256Digest[] {
    return from === 0 || from > to ? [] : naiveProof(from, this.#leaves(to, history));
  }

  request({ old, size, history = 0, proof, extensions }: Asked): Uint8Array {
    return utf8(
      formatAddCheckpoint({
        oldSize: sizeOf(old) satisfies TreeSize,
        proof: proof ?? this.proof(old, size, history),
        note: this.note(size, history, extensions),
      }),
    );
  }

  #leaves(size: number, history: number): readonly Sha256Digest[] {
    const all = this.#histories[history];
    if (all === undefined || size > all.length) throw new RangeError('it has no such history');
    return all.slice(0, size);
  }
}
