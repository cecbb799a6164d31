/** That two checkpoints cannot both be of one append-only log (docs/formats/misbehaviour.md, "What is shown"). */
import type { LeafIndex } from '../../../base/brand.js';
import { equalBytes } from '../../../base/bytes.js';
import { verifyInclusion } from '../../../tlog/inclusion-proof.js';
import { rootBefore } from '../../internal/root-before.js';
import type { EntryContradiction, LeafInTree } from '../misbehaviour-file.js';
import { bindingsConflict } from './binding-conflict.js';
import type { Rules } from './flaws.js';
import type { ReadHead } from './read-heads.js';

export interface TwoHeads {
  readonly first: ReadHead;
  readonly second: ReadHead;
}

export interface BeginningSubject extends TwoHeads {
  readonly shows: LeafInTree;
}

export interface EntrySubject extends TwoHeads {
  readonly shows: EntryContradiction;
}

export const ROOTS_RULES: Rules<TwoHeads> = {
  'the sizes are one': ({ first, second }) => (first.size === second.size ? null : 'roots.sizes'),

  'the roots are two': ({ first, second }) =>
    equalBytes(first.rootHash, second.rootHash) ? 'roots.same' : null,
};

/** Of an empty tree there is no root before, and of one that is not smaller no path: they need no rule. */
export const BEGINNING_RULES: Rules<BeginningSubject> = {
  'the path leads to the second root': ({ first, second, shows }) =>
    leadsTo(shows, first.size as number as LeafIndex, second) ? null : 'beginning.path',

  'the second tree had another root': ({ first, second, shows }) => {
    const root = rootBefore(first.size as number as LeafIndex, second.size, shows.inclusion);
    return root !== null && !equalBytes(root, first.rootHash) ? null : 'beginning.same';
  },
};

export const ENTRY_RULES: Rules<EntrySubject> = {
  'the first path leads to the first root': ({ first, shows }) =>
    leadsTo(shows.first, shows.index, first) ? null : 'entry.first-path',

  'the second path leads to the second root': ({ second, shows }) =>
    leadsTo(shows.second, shows.index, second) ? null : 'entry.second-path',

  'the entries are two': ({ shows: { first, second } }) =>
    equalBytes(first.leafHash, second.leafHash) ? 'entry.same' : null,
};

export const BINDING_RULES: Rules<TwoHeads> = {
  'no core could be both': ({ first, second }) =>
    bindingsConflict(first, second) ? null : 'binding.consistent',
};

function leadsTo(
  { inclusion: proof, leafHash }: LeafInTree,
  index: LeafIndex,
  { size, rootHash }: ReadHead,
): boolean {
  return verifyInclusion({ leafHash, index, size, rootHash, proof });
}
