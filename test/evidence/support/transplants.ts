/** Parts of one file in another: of another ledger of the same operator, or of somebody else. */
import type { CheckId } from '../../../src/evidence/verification-report.js';
import type { Built } from '../evidence-builder.js';
import { edited, get, parse, type Path, set } from './json-edit.js';
import { failing, type NamedMutation, notAttributed } from './named-mutation.js';

export interface Originals {
  readonly bank: Built;
  /** Another ledger of the same operator. */
  readonly other: Built;
  /** Somebody else, with keys and a chain of their own. */
  readonly stranger: Built;
  /** Somebody else, in blocks of which the verifier knows nothing. */
  readonly unknown: Built;
}

export function transplants({ bank, other, stranger, unknown }: Originals): NamedMutation[] {
  const from = (donor: Built) => {
    const source = parse(donor.bytes);
    return (name: string, check: CheckId, ...paths: Path[]): NamedMutation =>
      failing(
        name,
        check,
        edited(bank.bytes, (file) => {
          for (const path of paths) set(file, path, get(source, path));
        }),
      );
  };
  const olderCheckpoint = (name: string, size: number): NamedMutation =>
    failing(
      name,
      'inclusion',
      edited(bank.bytes, (file) => {
        set(file, ['log', 'checkpoint'], bank.checkpointAt(size));
      }),
    );
  const [fromOther, fromStranger] = [from(other), from(stranger)];
  return [
    fromOther('the path of another ledger’s entry', 'inclusion', ['entry', 'inclusion']),
    fromOther('another ledger’s entry', 'inclusion', ['entry']),
    fromOther('another ledger’s checkpoint', 'checkpoint', ['log', 'checkpoint']),
    fromOther('another ledger’s first entry', 'inclusion', ['log', 'first']),
    fromOther('another ledger’s handover', 'handovers', ['log', 'handovers']),
    fromOther('another ledger’s seal', 'log-identity', ['log', 'seal']),
    fromOther('another ledger’s recovery signature', 'log-identity', ['log', 'recoverySignature']),
    fromOther('another ledger’s log', 'inclusion', ['log']),
    fromOther('another ledger’s anchors', 'anchor:after', ['anchors']),
    fromOther('another ledger’s anchor after', 'anchor:after', ['anchors', 'after']),
    fromOther('another ledger’s anchor before', 'anchor:before', ['anchors', 'before']),
    fromOther(
      'another ledger’s head and place in the map',
      'anchor:after',
      ['anchors', 'after', 'head'],
      ['anchors', 'after', 'log'],
    ),
    fromOther('another ledger’s epoch', 'anchor:after', ['anchors', 'after', 'epoch']),
    fromOther('another ledger’s signatures', 'signature:1', ['signatures']),
    fromOther('another ledger’s CMS', 'signature:1', ['signatures', 0, 'payload', 'bytes']),
    fromStranger('a stranger’s log', 'inclusion', ['log']),
    fromStranger('a stranger’s seal', 'log-identity', ['log', 'seal']),
    fromStranger('a stranger’s recovery signature', 'log-identity', ['log', 'recoverySignature']),
    fromStranger('a stranger’s anchors', 'anchor:after', ['anchors']),
    fromStranger('a stranger’s signatures', 'signature:1', ['signatures']),
    fromStranger('a stranger’s entry', 'inclusion', ['entry']),
    olderCheckpoint('an older checkpoint that holds the entry', 16),
    olderCheckpoint('an older checkpoint that does not hold it', 8),
    failing(
      'a stranger’s file in a chain that contradicts the pinned blocks',
      'anchor:after',
      stranger.bytes,
    ),
    failing(
      'a stranger’s file with this operator’s seal and recovery signature',
      'log-identity',
      edited(unknown.bytes, (file) => {
        const source = parse(bank.bytes);
        for (const member of ['seal', 'recoverySignature'])
          set(file, ['log', member], get(source, ['log', member]));
      }),
    ),
    failing(
      'a stranger’s file with this operator’s anchors',
      'anchor:after',
      edited(unknown.bytes, (file) => {
        set(file, ['anchors'], get(parse(bank.bytes), ['anchors']));
      }),
    ),
    notAttributed('a whole forgery with fresh keys', unknown.bytes),
  ];
}
