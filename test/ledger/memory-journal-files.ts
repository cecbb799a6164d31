/**
 * A disk for the journal that keeps apart what was written from what was synced, so that a test can
 * cut the power at any step: an honest implementation of the port, with a fault hook.
 */
import type { JournalFile, JournalFiles } from '../../src/ledger/journal-files.js';

export type JournalStep = 'create' | 'append' | 'datasync' | 'remove' | 'syncDirectory';

interface Disk {
  /** What a reader sees now. */
  content: Uint8Array;
  /** What is left after a power cut. */
  synced: Uint8Array;
}

export class MemoryJournalFiles implements JournalFiles {
  readonly #names = new Map<string, Disk>();
  #durableNames = new Map<string, Disk>();
  /** Throws to make a step fail; called before and after each. */
  fault: (step: JournalStep, when: 'before' | 'after') => void = () => undefined;

  list(): Promise<string[]> {
    return Promise.resolve([...this.#names.keys()].sort());
  }

  read(name: string): Promise<Uint8Array> {
    return Promise.resolve(this.#disk(name).content.slice());
  }

  async create(name: string): Promise<JournalFile> {
    const disk: Disk = { content: new Uint8Array(), synced: new Uint8Array() };
    await this.#step('create', () => this.#names.set(name, disk));
    return {
      append: (bytes) =>
        this.#step('append', () => {
          disk.content = Buffer.concat([disk.content, bytes]);
        }),
      datasync: () =>
        this.#step('datasync', () => {
          disk.synced = disk.content;
        }),
      close: () => Promise.resolve(),
    };
  }

  remove(name: string): Promise<void> {
    return this.#step('remove', () => this.#names.delete(name));
  }

  syncDirectory(): Promise<void> {
    return this.#step('syncDirectory', () => {
      this.#durableNames = new Map(this.#names);
    });
  }

  /** What is found after a power cut: `keep` decides what of the unsynced bytes reached the disk. */
  afterPowerCut(keep: (unsynced: Uint8Array) => Uint8Array): MemoryJournalFiles {
    const files = new MemoryJournalFiles();
    for (const [name, { content, synced }] of this.#durableNames) {
      const left = Buffer.concat([synced, keep(content.subarray(synced.length))]);
      files.put(name, left);
    }
    return files;
  }

  put(name: string, content: Uint8Array): void {
    const disk = { content, synced: content };
    this.#names.set(name, disk);
    this.#durableNames.set(name, disk);
  }

  #disk(name: string): Disk {
    const disk = this.#names.get(name);
    if (disk === undefined) throw new Error(`no file ${name}`);
    return disk;
  }

  async #step(step: JournalStep, run: () => unknown): Promise<void> {
    await Promise.resolve();
    this.fault(step, 'before');
    run();
    this.fault(step, 'after');
  }
}
