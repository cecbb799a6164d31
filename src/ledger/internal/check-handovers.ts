/**
 * That the handovers in a log are those of the catalog: each is the entry at the size where a key ended, over the tree as
 * it then was, and signed by those who may.
 */
import type { LeafIndex } from '../../base/brand.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { Statement } from '../../records/statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import { isHandoverAuthorised } from '../../tlog/handover.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { TreeEdge } from '../../tlog/tile-tree.js';
import type { LogDescriptor } from '../catalog.js';
import { handoversOf } from './log-segments.js';

export class HandoverWalk {
  readonly #origin: string;
  readonly #expected: ReturnType<typeof handoversOf>;
  /** Of the first entry. */
  #recoveryKey = '';

  constructor(log: LogDescriptor) {
    this.#origin = log.origin;
    this.#expected = handoversOf(log);
  }

  /** @param before the tree of all entries before the one at `index`. */
  *take(statement: Statement, index: LeafIndex, before: () => TreeEdge): Generator<string> {
    if (statement.kind === 'ledger' || statement.kind === 'loss')
      this.#recoveryKey = statement.recoveryKey;
    const expected = this.#expected.find(({ size }) => size === index);
    const at = `entry ${index}`;
    if (statement.kind !== 'handover') {
      if (expected !== undefined) yield `${at} should be a handover of the log's keys`;
      return;
    }
    const { new: next, old, rootHash: root, signatures, size } = statement;
    if (expected === undefined) yield `${at} is a handover that the catalog does not know`;
    else if (expected.new !== next || expected.old !== old)
      yield `${at} is a handover between other keys than the catalog names`;
    if (size !== index || root !== digestToHex(rootHash(before())))
      yield `${at} is a handover of another tree than the entries before it make`;
    const keys = {
      old: parseVerifierKey(old),
      new: parseVerifierKey(next),
      recovery: parseVerifierKey(this.#recoveryKey),
    };
    if (!isHandoverAuthorised(this.#origin, statement, signatures, keys))
      yield `${at} is a handover that is signed by nobody who may`;
  }
}
