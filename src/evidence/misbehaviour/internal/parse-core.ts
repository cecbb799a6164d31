/** The Hypercore and the trees of a proof, as JSON has them. */
import { base64Of, COUNT, JsonMembers, type Refuse } from '../../../base/json-members.js';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from '../../../tlog/ed25519.js';
import { ANY } from '../../internal/evidence-shapes.js';
import type { CoreContradiction, CoreNode, CoreTree, ShownCore } from '../misbehaviour-file.js';

/** Roots at a length and what leads from them to a head, of at most 2⁵³ blocks. */
const MAX_NODES = 128;
const BLAKE2B = base64Of(32);

/** Ends the object. */
export function readCore(members: JsonMembers, refuse: Refuse): CoreContradiction {
  const core = readShownCore(members.object('core'), refuse);
  const length = members.required('length', COUNT);
  const trees = members.objects('trees', 2).map((tree) => readTree(tree, refuse));
  members.end();
  if (trees.length === 0) throw refuse('it shows no tree');
  if (length === 0) throw refuse('an empty Hypercore has one tree');
  return { kind: 'core', core, length, trees };
}

function readShownCore(members: JsonMembers, refuse: Refuse): ShownCore {
  const begins = members.optional('begins', ANY);
  const core = {
    begins:
      begins === undefined ? null : readBegin(new JsonMembers(begins, refuse, 'shows/core/begins')),
    publicKey: members.required('publicKey', base64Of(ED25519_KEY_BYTES)),
  };
  members.end();
  return core;
}

function readBegin(members: JsonMembers): NonNullable<ShownCore['begins']> {
  const begins = {
    length: members.required('length', COUNT),
    treeHash: members.required('treeHash', BLAKE2B),
  };
  members.end();
  return begins;
}

function readTree(members: JsonMembers, refuse: Refuse): CoreTree {
  const tree = {
    fork: members.required('fork', COUNT),
    nodes: members.objects('nodes', MAX_NODES).map(readNode),
    signature: members.required('signature', base64Of(ED25519_SIGNATURE_BYTES)),
  };
  members.end();
  const bytes = tree.nodes.reduce((sum, { size }) => sum + size, 0);
  if (!Number.isSafeInteger(bytes)) throw refuse('a tree is larger than 2⁵³−1 bytes');
  return tree;
}

function readNode(members: JsonMembers): CoreNode {
  const node = {
    hash: members.required('hash', BLAKE2B),
    index: members.required('index', COUNT),
    size: members.required('size', COUNT),
  };
  members.end();
  return node;
}
