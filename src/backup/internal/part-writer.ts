/** Writes the parts of one backup, one after another, and reads them back (docs/formats/backup.md). */
import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { concat, u32be } from '../../base/bytes.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { RandomSource } from '../../base/random.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { BackupError, damagedBackup } from '../backup-error.js';
import type { Target } from '../target.js';
import type { Run, WrittenPart } from './manifest.js';
import { MAX_PARTS, partPlace, PARTS } from './places.js';
import { seal } from './seal.js';
import { atTarget, digestOf } from './target-files.js';

/** A part is followed by another beyond this many bytes. */
const PART_LENGTH = 64 * 1024 * 1024;
const CHUNK_LENGTH = 1024 * 1024;

export class PartWriter {
  readonly #target: Target;
  readonly #backup: number;
  readonly #files: DurableFileSystem;
  readonly #random: RandomSource;
  readonly #written: WrittenPart[] = [];
  #open: { readonly path: string; readonly hash: Hash; length: number } | null = null;

  constructor(target: Target, backup: number, files: DurableFileSystem, random: RandomSource) {
    this.#target = target;
    this.#backup = backup;
    this.#files = files;
    this.#random = random;
  }

  /** Blocks `from` to `to`, in runs that lie in one part each. */
  async *blocks(
    from: number,
    to: number,
    block: (number: number) => Promise<Uint8Array>,
  ): AsyncGenerator<Run & { readonly from: number; readonly count: number }> {
    for (let next = from; next < to;) {
      const first = next;
      const { part, offset } = await this.#place();
      let chunk: Uint8Array[] = [];
      let length = 0;
      for (; next < to && offset + length < PART_LENGTH; next++) {
        const bytes = await block(next);
        chunk.push(u32be(bytes.length), bytes);
        length += 4 + bytes.length;
        if (chunk.reduce((sum, one) => sum + one.length, 0) < CHUNK_LENGTH) continue;
        await this.#append(concat(...chunk));
        chunk = [];
      }
      await this.#append(concat(...chunk));
      yield { part, offset, length, from: first, count: next - first };
    }
  }

  /** Content that is sealed nowhere else. */
  async sealed(content: Uint8Array): Promise<Run> {
    const { part, offset } = await this.#place();
    const place = `${partPlace(this.#backup, part)}#${offset}`;
    const bytes = seal(this.#target, place, content, this.#random);
    await this.#append(bytes);
    return { part, offset, length: bytes.length };
  }

  /** All parts are on disk, and what was read of them is what was written, when it returns. @throws BackupError. */
  async finish(): Promise<readonly WrittenPart[]> {
    await this.#end();
    const { directory } = this.#target;
    await atTarget(() => this.#files.syncDirectory(join(directory, PARTS)));
    for (const [at, written] of this.#written.entries()) {
      const place = partPlace(this.#backup, at + 1);
      const { length, sha256 } = await digestOf(directory, place);
      if (length !== written.length || sha256 !== written.sha256)
        throw damagedBackup(place, 'was read back otherwise than it was written');
    }
    return this.#written;
  }

  async #place(): Promise<{ part: number; offset: number }> {
    if ((this.#open?.length ?? 0) >= PART_LENGTH) await this.#end();
    const part = this.#written.length + 1;
    if (part > MAX_PARTS)
      throw new BackupError(
        'BACKUP_TARGET_UNUSABLE',
        `one backup has at most ${MAX_PARTS} parts: copy the stopped node's directory once, and begin with that`,
      );
    if (this.#open === null) {
      const path = join(this.#target.directory, partPlace(this.#backup, part));
      // A crash from here on leaves parts without a manifest: the next backup of this number begins them anew.
      await atTarget(() => this.#files.write(path, new Uint8Array(0), 0o600));
      this.#open = { path, hash: createHash('sha256'), length: 0 };
    }
    return { part, offset: this.#open.length };
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const open = this.#open;
    if (open === null || bytes.length === 0) return;
    await atTarget(() => this.#files.append(open.path, bytes));
    open.hash.update(bytes);
    open.length += bytes.length;
  }

  async #end(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    await atTarget(() => this.#files.sync(open.path));
    this.#written.push({ length: open.length, sha256: digestToHex(open.hash.digest()) });
    this.#open = null;
  }
}
