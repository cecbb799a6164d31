/** What a shared log says of who has destroyed what its erasures name: signed by whom it says, and nobody left out. */
import type { Sha256Digest } from '../../base/brand.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import type { ErasedStatement, Statement } from '../../records/statement.js';
import { isErasedSigned } from '../../tlog/erasure-word.js';

export class ErasureWalk {
  readonly #origin: string;
  /** Leaf hashes of erasures, by index, and who kept the log by then. */
  readonly #erasures = new Map<
    number,
    { readonly leafHash: HexDigest; readonly holders: ReadonlySet<HexDigest> }
  >();
  #holders: ReadonlySet<HexDigest> = new Set();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** @returns what is wrong with an entry. */
  *take(statement: Statement, index: number, leafHash: Sha256Digest): Generator<string> {
    if (statement.kind === 'group') {
      const keeping = statement.members.filter(({ hasData }) => hasData);
      this.#holders = new Set([...this.#holders, ...keeping.map(({ node }) => node)]);
    }
    if (statement.kind === 'erasure')
      this.#erasures.set(index, { leafHash: digestToHex(leafHash), holders: this.#holders });
    if (statement.kind === 'erased') yield* this.#check(statement, `entry ${index}`);
  }

  *#check({ erasure, leafHash, silent, words }: ErasedStatement, at: string): Generator<string> {
    const named = this.#erasures.get(erasure);
    if (named?.leafHash !== leafHash) {
      yield `${at} certifies an erasure that does not come before it`;
      return;
    }
    const upTo = { origin: this.#origin, erasure, leafHash };
    for (const word of words)
      if (!isErasedSigned(upTo, word)) yield `${at} has a word that ${word.node} has not signed`;
    const said = new Set([...words.map(({ node }) => node), ...silent]);
    if (said.size < words.length + silent.length) yield `${at} names a holder twice`;
    // Who came after the erasure may be named as well.
    for (const node of named.holders)
      if (!said.has(node)) yield `${at} does not name ${node}, which kept the log`;
  }
}
