/** Content as it passes, compared in the end with all that its entry says of it. */
import { createHash, type Hash } from 'node:crypto';
import { toBase64, toHex } from '../../base/bytes.js';
import { type Checksum, startChecksum } from '../checksum.js';
import type { FilePut, PartRun } from '../file-change.js';
import { CHECKSUMS, type ChecksumName } from '../stored-content.js';

/** What the entry says, and the content is not. */
export type Differing = 'size' | 'sha256' | 'etag' | 'partSums' | ChecksumName;

type Expected = Pick<FilePut, 'size' | 'sha256' | 'etag' | 'checksums' | 'parts' | 'partSums'>;

export class ContentCheck {
  readonly #put: Expected;
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | null;
  readonly #sums: readonly (readonly [ChecksumName, Checksum])[];
  readonly #parts: PartsCheck | null;
  #size = 0;

  constructor(put: Expected) {
    this.#put = put;
    const { checksums, etag, parts } = put;
    const isOfParts = etag.includes('-');
    this.#md5 = isOfParts ? null : createHash('md5');
    const named = CHECKSUMS.filter((name) => checksums?.[name] !== undefined);
    const isComposite = checksums?.type === 'COMPOSITE';
    this.#sums = isComposite ? [] : named.map((name) => [name, startChecksum(name)] as const);
    this.#parts =
      isOfParts || isComposite || put.partSums !== undefined
        ? new PartsCheck(parts ?? [], named[0] ?? null)
        : null;
  }

  update(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#sha256.update(bytes);
    this.#md5?.update(bytes);
    for (const [, sum] of this.#sums) sum.update(bytes);
    this.#parts?.update(bytes);
  }

  /** Once, after the last byte: what of the entry is not so; empty where all is. */
  end(): readonly Differing[] {
    const { size, sha256, etag, checksums, partSums } = this.#put;
    const differing: Differing[] = [];
    const expect = (what: Differing, isSo: boolean): void => {
      if (!isSo) differing.push(what);
    };
    expect('size', this.#size === size);
    expect('sha256', toHex(this.#sha256.digest()) === sha256);
    const parts = this.#parts?.end() ?? null;
    expect('etag', (this.#md5 === null ? parts?.etag : toHex(this.#md5.digest())) === etag);
    for (const [name, sum] of this.#sums)
      expect(name, toBase64(sum.digest()) === checksums?.[name]);
    if (partSums !== undefined) expect('partSums', (parts?.sums ?? []).join() === partSums.join());
    if (checksums?.type === 'COMPOSITE')
      for (const name of CHECKSUMS)
        if (checksums[name] !== undefined) expect(name, parts?.composite === checksums[name]);
    return differing;
  }
}

/** Of a file of parts: the checksums of each, and those of these. */
class PartsCheck {
  readonly #lengths: Iterator<number, undefined>;
  readonly #name: ChecksumName | null;
  readonly #ofMd5s = createHash('md5');
  readonly #composite: Checksum | null;
  readonly #sums: string[] = [];
  #count = 0;
  /** Of the part that comes in; null behind the last. */
  #left: number | null;
  #md5 = createHash('md5');
  #sum: Checksum | null;
  #hasMore = false;

  constructor(parts: readonly PartRun[], name: ChecksumName | null) {
    this.#lengths = lengthsOf(parts);
    this.#name = name;
    this.#composite = name === null ? null : startChecksum(name);
    this.#sum = name === null ? null : startChecksum(name);
    this.#left = this.#next();
    this.#skipEmpty();
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#left === null) {
        this.#hasMore = true;
        return;
      }
      const some = bytes.subarray(at, at + this.#left);
      this.#md5.update(some);
      this.#sum?.update(some);
      at += some.length;
      this.#left -= some.length;
      this.#skipEmpty();
    }
  }

  /** Null of what is in other parts than the entry says. */
  end(): {
    readonly etag: string;
    readonly sums: readonly string[] | null;
    readonly composite: string | null;
  } | null {
    if (this.#left !== null || this.#hasMore || this.#count === 0) return null;
    return {
      etag: `${toHex(this.#ofMd5s.digest())}-${this.#count}`,
      sums: this.#name === null ? null : this.#sums,
      composite: this.#composite === null ? null : toBase64(this.#composite.digest()),
    };
  }

  /** Ends the part that is whole, and those behind it that have no bytes. */
  #skipEmpty(): void {
    while (this.#left === 0) {
      this.#count++;
      this.#ofMd5s.update(this.#md5.digest());
      const sum = this.#sum?.digest();
      if (sum !== undefined) {
        this.#composite?.update(sum);
        this.#sums.push(toBase64(sum));
      }
      this.#md5 = createHash('md5');
      this.#sum = this.#name === null ? null : startChecksum(this.#name);
      this.#left = this.#next();
    }
  }

  #next(): number | null {
    const next = this.#lengths.next();
    return next.done === true ? null : next.value;
  }
}

function* lengthsOf(parts: readonly PartRun[]): Generator<number, undefined> {
  for (const [size, count] of parts) for (let n = 0; n < count; n++) yield size;
}
