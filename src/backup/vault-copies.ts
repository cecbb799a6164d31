/**
 * Keeps the vaults of all targets at the newest generation: while a vault is rotated, before a key is destroyed. A
 * target that cannot be reached holds that up, but not for ever (docs/decisions/0039).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import { digestToHex } from '../base/hex-digest.js';
import type { Logger } from '../base/logger.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { type DurableFileSystem, durableFileSystem } from '../keys/durable-file.js';
import type { KeyStore } from '../keys/key-store.js';
import type { VaultAside, VaultKeeper } from '../keys/vault-keeper.js';
import { BackupError } from './backup-error.js';
import { VAULTS } from './internal/places.js';
import { makeDirectory } from './internal/target-files.js';
import type { KnownTargets } from './known-targets.js';
import { openTarget, type Target } from './target.js';
import {
  NOTHING_COPIED,
  readStatement,
  removeGenerations,
  VaultFileCopy,
  type VaultPiece,
} from './vault-copy.js';

export interface VaultCopiesOptions {
  /** Absolute. */
  readonly directories: readonly string[];
  readonly known: KnownTargets;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** How long a rotation waits for a target that cannot be reached. */
  readonly waitMillis: number;
  readonly files?: DurableFileSystem;
}

/** A target (docs/formats/erasure.md, "Certificate"). */
export interface BackupHolder {
  readonly kind: 'backup';
  readonly id: string;
  /** That it holds; absent of one that is silent. */
  readonly generation?: number;
  readonly confirmedAt?: UnixMillis;
}

/** Of the rotation under way, at one target. */
interface BegunCopy {
  readonly copy: VaultFileCopy;
  readonly target: Target;
  readonly pieces: readonly VaultPiece[];
  /** How far the file had come. */
  readonly length: number;
}

const HEADER_LENGTH = 24;

export class VaultCopies implements VaultKeeper {
  readonly #options: VaultCopiesOptions;
  readonly #files: DurableFileSystem;
  /** By directory. */
  readonly #begun = new Map<string, BegunCopy>();
  /** By directory: since when it cannot be reached. */
  readonly #awaySince = new Map<string, UnixMillis>();

  constructor(options: VaultCopiesOptions) {
    this.#options = options;
    this.#files = options.files ?? durableFileSystem;
  }

  /** Directories that a rotation waits for now. */
  get awaited(): readonly string[] {
    return [...this.#awaySince.keys()];
  }

  async begin(aside: VaultAside): Promise<void> {
    this.#begun.clear();
    const { tenant, generation, path, length } = aside;
    await this.#atEach(async (directory) => {
      const target = await this.#open(directory);
      if (target === null) return;
      await makeDirectory(directory, `${VAULTS}/${tenant}`, this.#files);
      // Of a rotation that was undone: its key is gone.
      await removeGenerations(target, tenant, (other) => other >= generation, this.#files);
      const parts = { files: this.#files, random: this.#options.random };
      const copy = new VaultFileCopy(target, { tenant, generation }, NOTHING_COPIED(), parts);
      const piece = await copy.write(path, HEADER_LENGTH, length);
      const pieces = piece === null ? [] : [piece];
      this.#begun.set(directory, { copy, target, pieces, length });
    });
  }

  async complete({ tenant, generation, path, length }: VaultAside): Promise<void> {
    const sha256 = this.#begun.size === 0 ? null : await digestOfFile(path);
    await this.#atEach(async (directory) => {
      const begun = this.#begun.get(directory);
      if (begun === undefined || sha256 === null) return;
      const written = [
        await begun.copy.write(path, 0, HEADER_LENGTH),
        ...begun.pieces,
        await begun.copy.write(path, begun.length, length),
      ];
      const pieces = written.filter((piece) => piece !== null);
      // A crash before it leaves pieces that nothing names, one after it two generations.
      await begun.copy.put({ tenant, generation, length, sha256, pieces });
    });
  }

  async replaced(tenant: string, generation: number): Promise<void> {
    for (const [directory, { target }] of this.#begun)
      try {
        await removeGenerations(target, tenant, (other) => other < generation, this.#files);
      } catch (error) {
        // Nothing opens them any more; the next backup removes them.
        this.#options.logger.warn('an old vault stays at a backup target', { directory, error });
      }
    this.#begun.clear();
  }

  /** Every target that ever held something of the node, and whether it holds this generation of a vault. */
  async holders(tenant: string, generation: number): Promise<readonly BackupHolder[]> {
    const { clock, keyStore, known } = this.#options;
    const holders: BackupHolder[] = [];
    for (const { id, directory } of known.all()) {
      let isHeld = false;
      try {
        const target = await openTarget(directory, keyStore);
        isHeld = target.id === id && (await readStatement(target, tenant, generation)) !== null;
      } catch (cause) {
        if (!(cause instanceof ChirographError)) throw cause;
      }
      const confirmed = { generation, confirmedAt: clock.now() };
      holders.push({ kind: 'backup', id, ...(isHeld && confirmed) });
    }
    return holders;
  }

  /** @throws BackupError of a target that is still waited for. */
  async #atEach(act: (directory: string) => Promise<void>): Promise<void> {
    const { clock, directories, logger, waitMillis } = this.#options;
    for (const directory of directories)
      try {
        await act(directory);
        this.#awaySince.delete(directory);
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        this.#begun.delete(directory);
        const since = this.#awaySince.get(directory) ?? clock.now();
        this.#awaySince.set(directory, since);
        if (clock.now() - since < waitMillis) throw error;
        logger.error('a backup target was not waited for any longer', { directory, error });
      }
  }

  /** Null of a directory that the node has no backup in. @throws BackupError. */
  async #open(directory: string): Promise<Target | null> {
    const id = this.#options.known.in(directory);
    try {
      const target = await openTarget(directory, this.#options.keyStore);
      if (id === undefined || target.id === id) return target;
    } catch (cause) {
      if (!(cause instanceof BackupError)) throw cause;
      if (id === undefined) return null;
      throw cause;
    }
    throw new BackupError('BACKUP_TARGET_OTHER', 'another backup lies where the target was');
  }
}

async function digestOfFile(path: string): Promise<ReturnType<typeof digestToHex>> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return digestToHex(hash.digest());
}
