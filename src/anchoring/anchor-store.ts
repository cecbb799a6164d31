/**
 * What the anchorer must not forget: its book, and each settled anchor with its proof, one file each.
 * Durable before anything is broadcast. The book says how many of the anchors count: a file that it does
 * not count is of an anchor that a reorganisation took back, or that a crash kept from settling.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { COUNT } from '../base/json-members.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import { type DurableFileSystem, durableFileSystem } from '../keys/durable-file.js';
import { anchorBookToJson, parseAnchorBook } from './anchor-book-json.js';
import { type AnchorBook, EMPTY_BOOK } from './anchor-book.js';
import { anchorChainToJson, parseAnchorChain } from './anchor-chain-json.js';
import type { AnchorChain } from './anchor-wallet.js';
import {
  AnchorDirectory,
  CHAIN_FILE,
  invalidAnchors as invalid,
  settledName,
} from './internal/anchor-directory.js';
import {
  parseSettled,
  type SettledAnchor,
  type SettledFile,
  settledToJson,
} from './internal/settled-anchor-json.js';

/** A settled anchor with what it takes to go back before it. */
export interface KeptAnchor extends SettledAnchor {
  /** Chains that had ended before its own. */
  readonly chain: number;
  /** When it settled. */
  readonly at: UnixMillis;
  /** As it was before the anchor settled. */
  readonly level: AnchorChain;
}

export class AnchorStore {
  readonly #directory: AnchorDirectory;
  /** All that are there, ascending. */
  #found: readonly TreeSize[];
  /** How many of them count. */
  #count = 0;

  private constructor(directory: AnchorDirectory, found: readonly TreeSize[]) {
    this.#directory = directory;
    this.#found = found;
  }

  /**
   * @param isNew the epoch log has no epoch yet: then nothing was anchored, and the store is begun.
   * @throws AnchoringError ANCHOR_STATE_INVALID if a file is missing.
   */
  static async open(
    directory: string,
    isNew: boolean,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<AnchorStore> {
    const opened = await AnchorDirectory.open(directory, files);
    const store = new AnchorStore(opened, await opened.settledSizes());
    // A crash before this leaves an epoch log without epochs, and it is written then.
    if (isNew && (await opened.read(CHAIN_FILE)) === null) await store.writeBook(EMPTY_BOOK, []);
    await store.#checkComplete();
    return store;
  }

  /** Sizes of the epoch log that are anchored, ascending. */
  get settledSizes(): readonly TreeSize[] {
    return this.#found.slice(0, this.#count);
  }

  /**
   * The book as it was last stored.
   *
   * @param script that the chain pays, where format 1 did not say it.
   */
  async readBook(script: Uint8Array): Promise<AnchorBook> {
    return (await this.#readChainFile(script)).book;
  }

  /** @param settled the anchors that count with it, all of them stored. */
  async writeBook(book: AnchorBook, settled: readonly TreeSize[]): Promise<void> {
    const newest = settled.at(-1);
    // A crash before this leaves the old book, and one in the middle the old or the new.
    await this.#directory.write(CHAIN_FILE, {
      ...anchorBookToJson(book),
      settled: settled.length,
      ...(newest !== undefined && { newest }),
    });
    this.#count = settled.length;
  }

  /** Counts with the next book that says so; takes the place of one of the same size. */
  async writeSettled(anchor: KeptAnchor): Promise<void> {
    const content = settledToJson(anchor, { ...anchor, level: anchorChainToJson(anchor.level) });
    await this.#directory.write(settledName(anchor.epochSize), content);
    this.#note(anchor.epochSize);
  }

  /** Of an anchor that stays as it is, and stands in another block. */
  async replaceProof(epochSize: TreeSize, proof: AnchorProof): Promise<void> {
    const { kept } = await this.#readAnchor(epochSize);
    const content = settledToJson({ epochSize, proof }, kept);
    // As it was: an earlier version's has not what the present format would have to say.
    await this.#directory.write(settledName(epochSize), content, kept === null ? 1 : undefined);
  }

  /** When it settled; null where an earlier version did not say. */
  async settledAt(epochSize: TreeSize): Promise<UnixMillis | null> {
    return (await this.#readAnchor(epochSize)).kept?.at ?? null;
  }

  /** How many chains had ended before its own; 0 where an earlier version did not say. */
  async chainOf(epochSize: TreeSize): Promise<number> {
    return (await this.#readAnchor(epochSize)).kept?.chain ?? 0;
  }

  /** Removes those that do not count and will not: all but those of `kept`. */
  async removeUncounted(kept: readonly TreeSize[]): Promise<void> {
    for (const size of this.#found.slice(this.#count)) {
      if (kept.includes(size)) continue;
      // A crash here leaves some of them, and the anchor that takes their place unsettled: done again.
      await this.#directory.remove(settledName(size));
      this.#found = this.#found.filter((one) => one !== size);
    }
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
  async readSettled(epochSize: TreeSize): Promise<SettledAnchor> {
    return (await this.#readAnchor(epochSize)).settled;
  }

  /**
   * The same with all that was kept; null of one that an earlier version settled.
   *
   * @param script of the chain that it is of.
   */
  async readKept(epochSize: TreeSize, script: Uint8Array): Promise<KeptAnchor | null> {
    const { settled, kept } = await this.#readAnchor(epochSize);
    if (kept === null) return null;
    return { ...settled, ...kept, level: parseAnchorChain(kept.level, script) };
  }

  async #readAnchor(epochSize: TreeSize): Promise<SettledFile> {
    const read = await this.#directory.read(settledName(epochSize));
    if (read === null) throw invalid(`the anchor of ${epochSize} epochs is missing`);
    return parseSettled(read, epochSize);
  }

  /** Beyond those that count there may be one that a crash kept from it, and those that were taken back. */
  async #checkComplete(): Promise<void> {
    const { book, settled, newest } = await this.#readChainFile(null);
    const found = this.#found.length;
    const takenBack = book.chain?.above.length ?? 0;
    if (found < settled || found > settled + takenBack + 1)
      throw invalid(`${found} settled anchors are there, ${CHAIN_FILE} says ${settled}`);
    if (newest !== undefined && this.#found[settled - 1] !== newest)
      throw invalid(`the newest of ${settled} settled anchors is not the one of ${CHAIN_FILE}`);
    this.#count = settled;
  }

  async #readChainFile(
    script: Uint8Array | null,
  ): Promise<{ book: AnchorBook; settled: number; newest: number | undefined }> {
    const read = await this.#directory.read(CHAIN_FILE);
    if (read === null) throw invalid(`${CHAIN_FILE} is missing`);
    const { format, members } = read;
    const settled = members.required('settled', COUNT);
    const newest = format === 1 ? undefined : members.optional('newest', COUNT);
    const book = parseAnchorBook(members, format, script);
    members.end();
    if (format !== 1 && (newest === undefined) !== (settled === 0))
      throw invalid(`${CHAIN_FILE} does not say which settled anchor is the newest`);
    return { book, settled, newest };
  }

  #note(size: TreeSize): void {
    if (!this.#found.includes(size)) this.#found = [...this.#found, size].sort((a, b) => a - b);
  }
}
