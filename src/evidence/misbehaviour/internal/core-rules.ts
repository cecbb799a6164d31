/** That the Hypercore of a log was signed over two histories (docs/formats/misbehaviour.md, `core`). */
import { equalBytes } from '../../../base/bytes.js';
import type { CoreContradiction } from '../misbehaviour-file.js';
import { areTwo, discoveryKeyOf, signedTreeHash } from './core-tree.js';
import type { Rules } from './flaws.js';
import type { ReadHead } from './read-heads.js';

export interface CoreSubject {
  readonly first: ReadHead;
  readonly shows: CoreContradiction;
}

export const CORE_RULES: Rules<CoreSubject> = {
  'the checkpoint names that Hypercore': ({ first: { binding }, shows }) =>
    binding !== null && equalBytes(binding.discoveryKey, discoveryKeyOf(shows.core))
      ? null
      : 'core.name',

  'its key has signed two histories': ({ first: { binding }, shows: { core, length, trees } }) => {
    const hashes = trees.map((tree) => signedTreeHash(core, length, tree));
    if (hashes.includes(null)) return 'core.tree';
    const [one, other] = hashes;
    // One tree alone is compared with the checkpoint, which must be of that very length.
    const said = binding?.length === length ? binding.treeHash : null;
    return areTwo(one ?? null, other === undefined ? said : other) ? null : 'core.consistent';
  },
};
