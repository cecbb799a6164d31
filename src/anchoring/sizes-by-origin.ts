/** A size of each log, for a million of them: by half of the hash of the origin, 24 bytes each. */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { RecordTable } from '../base/record-table.js';

/** Nobody makes two origins whose hashes share it. */
const NAME_BYTES = 16;

export class SizesByOrigin {
  readonly #sizes = new RecordTable(NAME_BYTES, NAME_BYTES + 8);

  /** 0 for a log that has none. @param origin SHA-256 of it. */
  of(origin: Sha256Digest): TreeSize {
    const slot = this.#sizes.find(origin);
    return (slot === 0 ? 0 : this.#sizes.at(slot).readDoubleLE(NAME_BYTES)) as TreeSize;
  }

  set(origin: Sha256Digest, size: TreeSize): void {
    this.#sizes.at(this.#sizes.findOrAdd(origin)).writeDoubleLE(size, NAME_BYTES);
  }
}
