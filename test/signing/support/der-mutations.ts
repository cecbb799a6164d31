/**
 * Alterations of DER, each made from a number alone. Some change bytes as they come; most change the tree
 * and write it again with right lengths, so that the alteration gets past the reader and meets the checks.
 * Sets are put in order again half of the time, for the same reason.
 */
import { bytesAltered } from '../../support/byte-alterations.js';
import type { Alteration } from '../../support/offences.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { copyOf, encode, type Tree, treeOf } from './der-tree.js';

/** May give the original back: some changes change nothing. */
export function derMutation(original: Uint8Array, seed: number): Alteration {
  const random = new SeededChoice(`der mutation ${seed}`);
  if (random.below(4) === 0) return bytesAltered(original, random);
  const tree = copyOf(treeOf(original));
  const nodes = everyNode(tree);
  const changes = 1 + (random.below(8) === 0 ? random.below(3) : 0);
  const what: string[] = [];
  for (let i = 0; i < changes; i++) {
    const node = pick(random, nodes);
    const change = pick(random, node.content === undefined ? CONSTRUCTED : PRIMITIVE);
    what.push(`${change.name} at ${nodes.indexOf(node)}`);
    change.apply(node, random, nodes);
  }
  if (random.below(2) === 0) sortSets(tree);
  return { bytes: encode(tree), what: what.join(', ') };
}

interface Change {
  readonly name: string;
  readonly apply: (node: Tree, random: SeededChoice, nodes: readonly Tree[]) => void;
}

const CONSTRUCTED: readonly Change[] = [
  {
    name: 'a child left out',
    apply: ({ children }, random) => {
      if (children.length > 0) children.splice(random.below(children.length), 1);
    },
  },
  {
    name: 'a child twice',
    apply: ({ children }, random) => {
      const child = children[random.below(Math.max(1, children.length))];
      if (child !== undefined) children.splice(random.below(children.length + 1), 0, copyOf(child));
    },
  },
  {
    name: 'children exchanged',
    apply: ({ children }, random) => {
      if (children.length < 2) return;
      const [a, b] = [random.below(children.length), random.below(children.length)];
      const [first, second] = [children[a], children[b]];
      if (first === undefined || second === undefined) return;
      children[a] = second;
      children[b] = first;
    },
  },
  {
    name: 'another value in its place',
    apply: (node, random, nodes) => {
      const other = copyOf(pick(random, nodes));
      node.tag = other.tag;
      node.children = other.children;
      if (other.content === undefined) delete node.content;
      else node.content = other.content;
    },
  },
  {
    name: 'another value added',
    apply: ({ children }, random, nodes) => {
      children.splice(random.below(children.length + 1), 0, copyOf(pick(random, nodes)));
    },
  },
  {
    name: 'wrapped once more',
    apply: (node) => {
      node.children = [{ tag: node.tag, children: node.children }];
    },
  },
  { name: 'emptied', apply: (node) => (node.children = []) },
  {
    name: 'another tag',
    apply: (node, random) => {
      node.tag = pick(random, [0x30, 0x31, 0xa0, 0xa1, 0xa2, 0xa3]);
    },
  },
];

const PRIMITIVE: readonly Change[] = [
  {
    name: 'a bit',
    apply: (node, random) => {
      const content = Uint8Array.from(node.content ?? []);
      const at = random.below(Math.max(1, content.length));
      if (content.length > 0) content[at] = (content[at] ?? 0) ^ (1 << random.below(8));
      node.content = content;
    },
  },
  {
    name: 'one more or less',
    apply: (node, random) => {
      const content = Uint8Array.from(node.content ?? []);
      const last = content.length - 1;
      if (last >= 0)
        content[last] = ((content[last] ?? 0) + (random.below(2) === 0 ? 1 : 255)) & 0xff;
      node.content = content;
    },
  },
  { name: 'emptied', apply: (node) => (node.content = new Uint8Array()) },
  {
    name: 'shorter',
    apply: (node) => (node.content = node.content?.subarray(1) ?? new Uint8Array()),
  },
  {
    name: 'longer',
    apply: (node) =>
      (node.content = Buffer.concat([node.content ?? new Uint8Array(), Buffer.of(1)])),
  },
  {
    name: 'the content of another',
    apply: (node, random, nodes) => {
      const others = nodes.filter(({ tag, content }) => content !== undefined && tag === node.tag);
      node.content = pick(random, others).content ?? new Uint8Array();
    },
  },
  {
    name: 'another tag',
    apply: (node, random) => {
      node.tag = pick(
        random,
        [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x80, 0x81],
      );
    },
  },
];

function pick<T>(random: SeededChoice, choices: readonly T[]): T {
  const choice = choices[random.below(choices.length)];
  if (choice === undefined) throw new RangeError('nothing to pick from');
  return choice;
}

function everyNode(tree: Tree): Tree[] {
  return [tree, ...tree.children.flatMap(everyNode)];
}

/** SET OF, and what CMS has under IMPLICIT tags is left as it came. */
function sortSets(tree: Tree): void {
  for (const child of tree.children) sortSets(child);
  if (tree.tag !== 0x31 || tree.content !== undefined) return;
  const encodings = new Map(tree.children.map((child) => [child, Buffer.from(encode(child))]));
  tree.children.sort((a, b) => Buffer.compare(bytesOf(encodings, a), bytesOf(encodings, b)));
}

function bytesOf(encodings: ReadonlyMap<Tree, Buffer>, tree: Tree): Buffer {
  return encodings.get(tree) ?? Buffer.alloc(0);
}
