/** The journal's real files, whose next sync can be held back, or made to fail. */
import {
  type JournalFile,
  type JournalFiles,
  openJournalFiles,
} from '../../src/ledger/journal-files.js';

export class HeldJournal {
  #hold: { readonly reached: () => void; readonly go: Promise<void> } | null = null;

  /** For `LedgerStoreOptions`. */
  openJournalFiles = async (directory: string): Promise<JournalFiles> => {
    const files = await openJournalFiles(directory);
    return { ...files, create: async (name) => this.#held(await files.create(name)) };
  };

  /**
   * Holds back the next sync.
   * @returns `reached`: resolves when it is asked for; `release`: lets it happen, or fail.
   */
  hold(): { readonly reached: Promise<void>; readonly release: (failure?: Error) => void } {
    let release: (failure?: Error) => void = () => undefined;
    const go = new Promise<void>((resolve, reject) => {
      release = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
    });
    const reached = new Promise<void>((resolve) => {
      this.#hold = { reached: resolve, go };
    });
    return { reached, release };
  }

  #held(file: JournalFile): JournalFile {
    return {
      append: (bytes) => file.append(bytes),
      close: () => file.close(),
      datasync: async () => {
        const hold = this.#hold;
        this.#hold = null;
        if (hold !== null) {
          hold.reached();
          await hold.go;
        }
        await file.datasync();
      },
    };
  }
}
