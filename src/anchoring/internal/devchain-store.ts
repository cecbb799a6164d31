/** The development chain's state together with the file that it is durable in. */
import { parseBlockHeader } from '../../evidence/bitcoin/block-header.js';
import type { BlockHash } from '../../evidence/bitcoin/hash256.js';
import { AnchoringError } from '../errors.js';
import type { AppendFile } from './append-file.js';
import { frameRecord } from './devchain-record.js';
import type { DevChainRecord } from './devchain-record.js';
import type { DevChainState } from './devchain-state.js';
import { loadDevChain, replay } from './load-devchain.js';

export class DevChainStore {
  readonly state: DevChainState;
  readonly #file: AppendFile;
  #length: number;
  #unusable: AnchoringError | undefined;

  /** Takes the file over, also to close it if it holds no chain. @throws as `loadDevChain` */
  static async open(file: AppendFile): Promise<DevChainStore> {
    try {
      const { state, length } = await loadDevChain(file);
      return new DevChainStore(file, state, length);
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  private constructor(file: AppendFile, state: DevChainState, length: number) {
    this.#file = file;
    this.state = state;
    this.#length = length;
  }

  /** Bytes of the file: grows with every record by more than the blocks that it holds. */
  get length(): number {
    return this.#length;
  }

  /** @throws AnchoringError DEVCHAIN_FAILED after a failed write, DEVCHAIN_CLOSED after the end */
  assertUsable(): void {
    if (this.#unusable !== undefined) throw this.#unusable;
  }

  /** Makes a record durable, and only then a part of the state. */
  async append(record: DevChainRecord): Promise<void> {
    const { bytes, scanned } = frameRecord(record, this.#length);
    try {
      // A crash here leaves a part of the record, which the next opening drops.
      await this.#file.append(bytes);
      // A crash here leaves the record whole or torn: the next opening shows all of it or nothing.
      await this.#file.datasync();
    } catch (cause) {
      this.#unusable = new AnchoringError(
        'DEVCHAIN_FAILED',
        'the development chain could not be written: reopen it',
        { cause },
      );
      throw this.#unusable;
    }
    this.#length += bytes.length;
    replay(this.state, scanned);
  }

  /** @throws AnchoringError CHAIN_BLOCK_UNKNOWN, DEVCHAIN_DAMAGED */
  async readBlock(hash: BlockHash): Promise<Uint8Array> {
    const place = this.state.placeOf(hash);
    if (place === undefined) throw unknownBlock();
    const bytes = await this.#file.read(place.offset, place.length);
    if (parseBlockHeader(bytes.subarray(0, 80)).hash !== hash)
      throw new AnchoringError(
        'DEVCHAIN_DAMAGED',
        'a block of the development chain has changed on disk',
      );
    return bytes;
  }

  async close(): Promise<void> {
    if (this.#unusable?.code === 'DEVCHAIN_CLOSED') return;
    this.#unusable = new AnchoringError('DEVCHAIN_CLOSED', 'the development chain is closed');
    await this.#file.close();
  }
}

export function unknownBlock(): AnchoringError {
  return new AnchoringError('CHAIN_BLOCK_UNKNOWN', 'the development chain has no such block');
}
