/** Writes a value of DER in one of its many BER forms; a tape of numbers makes the choices. */
import { concat } from '../../../src/base/bytes.js';
import type { Tree } from './der-tree.js';

export class BerEncoder {
  readonly #tape: readonly number[];
  readonly #verbatim: ReadonlyMap<Tree, Uint8Array>;
  #at = 0;

  /**
   * @param tape zeros follow it, and zero is the choice of DER.
   * @param verbatim what stands in the place of these trees.
   */
  constructor(tape: readonly number[], verbatim: ReadonlyMap<Tree, Uint8Array> = new Map()) {
    this.#tape = tape;
    this.#verbatim = verbatim;
  }

  /** @param isSet whether a tree is a SET OF, so that its elements may come in any order. */
  encode(tree: Tree, isSet: (tree: Tree) => boolean = ({ tag }) => tag === 0x31): Uint8Array {
    const verbatim = this.#verbatim.get(tree);
    if (verbatim !== undefined) return verbatim;
    if (tree.content !== undefined) return this.#primitive(tree.tag, tree.content);
    const children = tree.children.map((child) => this.encode(child, isSet));
    if (isSet(tree) && this.#choose(2) === 1) children.reverse();
    return this.#constructed(tree.tag, children);
  }

  #primitive(tag: number, content: Uint8Array): Uint8Array {
    if (tag === 0x01 && content[0] === 0xff)
      return concat(Uint8Array.of(tag, 1, 0xff - this.#choose(3)));
    const isString = [0x03, 0x04, 0x0c, 0x13, 0x17, 0x18].includes(tag);
    if (!isString || this.#choose(2) === 0)
      return concat(Uint8Array.of(tag), this.#length(content.length), content);
    const isBits = tag === 0x03;
    const unused = content[0] ?? 0;
    const bytes = isBits ? content.subarray(1) : content;
    // Unused bits are counted in the last piece, which must have a byte to leave them unused in.
    const cut = Math.max(0, Math.min(this.#choose(8), bytes.length - 1));
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece, i) =>
      isBits ? concat(Uint8Array.of(i === 0 ? 0 : unused), piece) : piece,
    );
    const type = isBits ? 0x03 : 0x04;
    return this.#constructed(
      tag | 0x20,
      pieces.map((piece) => this.#piece(type, piece)),
    );
  }

  #piece(type: number, content: Uint8Array): Uint8Array {
    const piece = concat(Uint8Array.of(type), this.#length(content.length), content);
    return this.#choose(4) === 1 ? this.#constructed(type | 0x20, [piece]) : piece;
  }

  #constructed(tag: number, children: readonly Uint8Array[]): Uint8Array {
    const content = concat(...children);
    return this.#choose(3) === 1
      ? concat(Uint8Array.of(tag, 0x80), content, Uint8Array.of(0, 0))
      : concat(Uint8Array.of(tag), this.#length(content.length), content);
  }

  #length(length: number): Uint8Array {
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    const octets = shortest + this.#choose(3);
    if (octets === 0) return Uint8Array.of(length);
    const digits = Array.from({ length: octets }, (_, i) =>
      Math.floor(length / 256 ** (octets - 1 - i)),
    );
    return Uint8Array.of(0x80 | octets, ...digits.map((digit) => digit % 256));
  }

  /** 0 to `count` − 1. */
  #choose(count: number): number {
    return (this.#tape[this.#at++] ?? 0) % count;
  }
}
