import { type DurableFileSystem, durableFileSystem } from '../../src/keys/durable-file.js';

export type Fault = 'before' | 'torn' | 'after';

/** What a power cut is to the process: nothing after it happens. */
export class PowerCut extends Error {}

/**
 * The real file system, until the power goes at one of its steps: before it, after it, or, for a
 * step that writes, in the middle. From then on every step fails.
 */
export class FaultyFiles implements DurableFileSystem {
  readonly #failAt: number;
  readonly #fault: Fault;
  /** Names of the steps asked for so far. */
  readonly steps: string[] = [];

  constructor(failAt = Infinity, fault: Fault = 'before') {
    this.#failAt = failAt;
    this.#fault = fault;
  }

  write(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    return this.#step(
      `write ${path}`,
      () => durableFileSystem.write(path, bytes, mode),
      () => durableFileSystem.write(path, half(bytes), mode),
    );
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    return this.#step(
      `append ${path}`,
      () => durableFileSystem.append(path, bytes),
      () => durableFileSystem.append(path, half(bytes)),
    );
  }

  overwrite(path: string, bytes: Uint8Array): Promise<void> {
    return this.#step(
      `overwrite ${path}`,
      () => durableFileSystem.overwrite(path, bytes),
      () => durableFileSystem.overwrite(path, half(bytes)),
    );
  }

  truncate(path: string, length: number): Promise<void> {
    return this.#step(`truncate ${path}`, () => durableFileSystem.truncate(path, length));
  }

  sync(path: string): Promise<void> {
    return this.#step(`sync ${path}`, () => durableFileSystem.sync(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step(`rename ${to}`, () => durableFileSystem.rename(from, to));
  }

  unlink(path: string): Promise<void> {
    return this.#step(`unlink ${path}`, () => durableFileSystem.unlink(path));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#step(`syncDirectory ${path}`, () => durableFileSystem.syncDirectory(path));
  }

  async #step(
    name: string,
    whole: () => Promise<void>,
    torn: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
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
