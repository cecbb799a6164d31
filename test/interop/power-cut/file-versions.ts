/**
 * One file as a disk without power would have it: the bytes that are surely there, and the changes
 * that may or may not be. The page cache is written back a sector at a time, at any time and in any
 * order, so each sector holds what it held after *some* of its changes, in their order; and the size
 * is any that the file has had.
 */

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'zero'; readonly offset: number; readonly length: number };

interface Pending {
  readonly change: Change;
  /** Size of the file after it. */
  readonly size: number;
}

/** What of an unsynced file is still there: any is possible that keeps to these types' comments. */
export interface Survival {
  /** Any size between the smallest and the largest that `UnsyncedFile.sizes` names. */
  readonly size: number;
  readonly sectorBytes: number;
  /** How many of the changes a sector has seen, 0…`changes`; a number: all sectors the same. */
  readonly changesSeen: number | ((sector: number) => number);
}

/** What there is to choose from. */
export interface UnsyncedFile {
  /** Number of changes since the last sync that returned. */
  readonly changes: number;
  /** Sizes before the first change and after each: `changes` + 1 of them. */
  readonly sizes: readonly number[];
  /** Where the last change begins; a torn write is torn from there on. */
  readonly lastOffset: number;
}

export class FileVersions {
  #durable = Buffer.alloc(0);
  #durableSize = 0;
  #pending: Pending[] = [];
  #settled = 0;

  get isSettled(): boolean {
    return this.#pending.length === 0;
  }

  /** Counts all changes ever made; what `settle` takes. */
  get changes(): number {
    return this.#settled + this.#pending.length;
  }

  get size(): number {
    return this.#pending.at(-1)?.size ?? this.#durableSize;
  }

  get unsynced(): UnsyncedFile {
    const last = this.#pending.at(-1)?.change;
    return {
      changes: this.#pending.length,
      sizes: [this.#durableSize, ...this.#pending.map(({ size }) => size)],
      lastOffset: last === undefined || last.kind === 'truncate' ? 0 : last.offset,
    };
  }

  write(offset: number, data: Uint8Array): void {
    this.#push({ kind: 'write', offset, data }, Math.max(this.size, offset + data.length));
  }

  truncate(size: number): void {
    this.#push({ kind: 'truncate', size }, size);
  }

  zero(offset: number, length: number, mayExtend: boolean): void {
    const size = mayExtend ? Math.max(this.size, offset + length) : this.size;
    this.#push({ kind: 'zero', offset, length }, size);
  }

  /** The first `count` of all changes ever made are durable. Returns whether the size changed with them. */
  settle(count: number): boolean {
    const before = this.#durableSize;
    const settled = this.#pending.splice(0, Math.max(0, count - this.#settled));
    for (const { change, size } of settled) {
      this.#grow(size);
      apply(change, this.#durable, 0, this.#durable.length);
      this.#durableSize = size;
    }
    this.#settled += settled.length;
    return settled.some(({ size }) => size !== before);
  }

  /** What the running program reads. */
  current(): Uint8Array {
    return this.after({ size: this.size, sectorBytes: 1, changesSeen: this.#pending.length });
  }

  /** What is there after a power cut. The result may be a view of this object's memory: only read it. */
  after({ size, sectorBytes, changesSeen }: Survival): Uint8Array {
    if (this.#pending.length === 0 || (changesSeen === 0 && size <= this.#durableSize))
      return this.#durable.subarray(0, size);
    const reach = Math.max(this.#durableSize, ...this.#pending.map((pending) => pending.size));
    const bytes = Buffer.alloc(reach);
    this.#durable.copy(bytes, 0, 0, this.#durableSize);
    if (typeof changesSeen === 'number') {
      for (const { change } of this.#pending.slice(0, changesSeen)) apply(change, bytes, 0, reach);
    } else {
      const seen = Array.from({ length: Math.ceil(size / sectorBytes) }, (_, at) =>
        changesSeen(at),
      );
      for (const [at, { change }] of this.#pending.entries()) {
        const { from, to } = extent(change, size);
        for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < to; sector++) {
          const start = sector * sectorBytes;
          if (at < (seen[sector] ?? 0)) apply(change, bytes, start, start + sectorBytes);
        }
      }
    }
    return bytes.subarray(0, size);
  }

  #push(change: Change, size: number): void {
    this.#pending.push({ change, size });
  }

  #grow(size: number): void {
    if (size <= this.#durable.length) return;
    const larger = Buffer.alloc(Math.max(size, 2 * this.#durable.length));
    this.#durable.copy(larger);
    this.#durable = larger;
  }
}

/** Makes the part of a change that lies in from…to. */
function apply(change: Change, bytes: Buffer, from: number, to: number): void {
  const touched = extent(change, Math.min(to, bytes.length));
  const start = Math.max(touched.from, from);
  const end = touched.to;
  if (start >= end) return;
  if (change.kind === 'write')
    bytes.set(change.data.subarray(start - change.offset, end - change.offset), start);
  else bytes.fill(0, start, end);
}

/** Which bytes below `limit` a change touches. What a shorter file had behind its end reads as zeros later. */
function extent(change: Change, limit: number): { from: number; to: number } {
  switch (change.kind) {
    case 'write':
      return { from: change.offset, to: Math.min(change.offset + change.data.length, limit) };
    case 'truncate':
      return { from: change.size, to: limit };
    case 'zero':
      return { from: change.offset, to: Math.min(change.offset + change.length, limit) };
  }
}
