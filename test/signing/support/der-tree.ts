/** DER as a tree that tests may bend out of shape and write again, correctly encoded or not. */
import { derContent, type DerNode, readDer } from '../../../src/signing/der-reader.js';
import { der } from '../../../src/signing/der-writer.js';

export interface Tree {
  tag: number;
  /** Of a primitive. */
  content?: Uint8Array;
  children: Tree[];
}

export function treeOf(bytes: Uint8Array): Tree {
  return fromNode(readDer(bytes, { maxBytes: 1e8, maxNodes: 1e7, maxDepth: 100 }));
}

/** Nothing is sorted or checked. */
export function encode(tree: Tree): Uint8Array {
  return der(
    tree.tag,
    ...(tree.content === undefined ? tree.children.map(encode) : [tree.content]),
  );
}

/** The node reached by child indices. */
export function at(tree: Tree, ...indices: readonly number[]): Tree {
  let node = tree;
  for (const index of indices) {
    const child = node.children.at(index);
    if (child === undefined) throw new Error('no such child');
    node = child;
  }
  return node;
}

export function copyOf(tree: Tree): Tree {
  return { ...tree, children: tree.children.map(copyOf) };
}

function fromNode(node: DerNode): Tree {
  return (node.tag & 0x20) === 0
    ? { tag: node.tag, content: derContent(node), children: [] }
    : { tag: node.tag, children: node.children.map(fromNode) };
}
