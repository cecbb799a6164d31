/**
 * Epochs: one entry of the node's epoch log commits to the heads of all its logs. A head is taken only if
 * it extends the one taken before, so no epoch is ever inconsistent with an earlier one; a log for which that
 * does not hold keeps its old head, holds up nobody else, and is named.
 */
import type { LeafIndex } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { plainDraft } from '../ledger/entry-draft.js';
import type { Ledger } from '../ledger/ledger.js';
import { formatStatement, type SuccessionStatement } from '../records/statement.js';
import { type ChangeSource, collectChanges } from './collect-changes.js';
import {
  changesDigest,
  CHANGES_SALT_BYTES,
  type EpochChange,
  formatChanges,
} from './epoch-changes.js';
import type { NamedSuccession } from './named-chain.js';
import { lastEpoch } from './read-epoch.js';

export interface EpochSource extends ChangeSource {
  /** The epoch log. */
  readonly epochs: Ledger;
  readonly random: RandomSource;
  /** That the anchors of this log pay. */
  readonly anchorScript: () => Uint8Array;
}

/**
 * Makes epochs until none of the heads as they are now is left out; mostly that is one, or none.
 *
 * @param succession that the first of them says, which then is made whether logs have moved or not.
 * @returns the last that was made, or null if no log has moved since the one before.
 */
export async function makeEpochs(
  source: EpochSource,
  succession?: NamedSuccession,
): Promise<LeafIndex | null> {
  await source.history.makeCurrent();
  let made: LeafIndex | null = null;
  for (;;) {
    const { changes, inconsistent, isAll } = await collectChanges(source);
    const says = made === null ? succession?.statement : undefined;
    // Those that follow at once name the new chain too, which nobody has been told of yet.
    const script = succession?.script ?? source.anchorScript();
    if (changes.length > 0 || says !== undefined)
      made = await makeEpoch(source, changes, script, says);
    if (!isAll) continue;
    source.history.inconsistent = inconsistent;
    return made;
  }
}

async function makeEpoch(
  { epochs, history, random }: EpochSource,
  changes: readonly EpochChange[],
  script: Uint8Array,
  succession: SuccessionStatement | undefined,
): Promise<LeafIndex> {
  const { reader } = epochs;
  const epoch = reader.head.size as number as LeafIndex;
  const last = lastEpoch(reader);
  const previous = last === null ? null : digestToHex((await reader.entry(last)).leafHash);
  const part = formatChanges(changes, randomBytes(random, CHANGES_SALT_BYTES));
  await history.goOn(epoch, changes, async ({ tenants }) => {
    const draft = plainDraft((place) =>
      formatStatement({
        kind: 'epoch',
        ...place,
        changes: digestToHex(changesDigest(part)),
        tenants: digestToHex(tenants),
        anchorScript: toHex(script),
        ...(succession !== undefined && { succession }),
        ...(previous !== null && { previous }),
      }),
    );
    const [outcome] = await epochs.append([{ ...draft, sealedParts: [part] }]);
    if (outcome?.kind !== 'appended' || outcome.index !== epoch)
      throw new Error('an epoch came to lie elsewhere: the epoch log has two writers');
  });
  return epoch;
}
