/** Write-once files that fail: at one step, as when the power goes, or at every one, as a full or read-only disk. */
import { type WriteOnceFiles, writeOnceFiles } from '../../src/keys/write-once.js';
import { type Fault, PowerCut } from '../support/faulty-files.js';

export class FaultyWriteOnce implements WriteOnceFiles {
  readonly #failAt: number;
  readonly #fault: Fault;
  readonly steps: string[] = [];
  /** Code of the system's that every step that writes fails with; null while the disk is well. */
  outage: string | null = null;

  constructor(failAt = Infinity, fault: Fault = 'before') {
    this.#failAt = failAt;
    this.#fault = fault;
  }

  makeDirectory(path: string): Promise<void> {
    return this.#step('makeDirectory', () => writeOnceFiles.makeDirectory(path));
  }

  create(path: string, bytes: Uint8Array): Promise<void> {
    return this.#step(
      'create',
      () => writeOnceFiles.create(path, bytes),
      () => writeOnceFiles.create(path, half(bytes)),
    );
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    return this.#step(
      'append',
      () => writeOnceFiles.append(path, bytes),
      () => writeOnceFiles.append(path, half(bytes)),
    );
  }

  sync(path: string): Promise<void> {
    return this.#step('sync', () => writeOnceFiles.sync(path));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#step('syncDirectory', () => writeOnceFiles.syncDirectory(path));
  }

  read(path: string, length: number): Promise<Uint8Array | null> {
    return writeOnceFiles.read(path, length);
  }

  async #step(
    name: string,
    whole: () => Promise<void>,
    torn: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    if (this.outage !== null)
      throw Object.assign(new Error(`${this.outage}: no`), { code: this.outage });
    const at = this.steps.push(name) - 1;
    if (at < this.#failAt) return whole();
    if (at === this.#failAt && this.#fault === 'torn') await torn();
    if (at === this.#failAt && this.#fault === 'after') await whole();
    throw new PowerCut();
  }
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}
