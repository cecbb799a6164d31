/**
 * The heads that each epoch took, one file an epoch: the epoch log holds only their root, and a proof
 * years later needs the heads themselves. A file is on disk before its epoch is appended, so a crash
 * leaves at most one that no epoch speaks of; the next epoch of that number overwrites it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fromBase64, toBase64 } from '../base/bytes.js';
import { arrayOf, COUNT, JSON_OBJECT, JsonMembers, textLike } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { makeDirectoryDurably, writeFileDurably } from '../keys/durable-file.js';
import type { EpochHead } from './epoch-maps.js';
import { AnchoringError } from './errors.js';

const MAX_HEADS = 1_000_000;
const HANDLE = textLike(/^[0-9a-f]{16}$/, 'a handle');
const ORIGIN = textLike(/^[\x21-\x7e]{1,512}$/, 'an origin');
const HEAD = textLike(/^[A-Za-z0-9+/]{208}$/, 'base64 of 156 bytes');

export class EpochStore {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * @param last newest epoch of the log, or null before its first.
   * @throws AnchoringError EPOCH_HEADS_DAMAGED if the file of any epoch is missing.
   */
  static async open(directory: string, last: number | null): Promise<EpochStore> {
    await makeDirectoryDurably(directory);
    const names = new Set(await readdir(directory));
    for (let epoch = FIRST_EPOCH; epoch <= (last ?? 0); epoch++)
      if (!names.has(fileOf(epoch))) throw damaged(epoch, `${fileOf(epoch)} is missing`);
    return new EpochStore(directory);
  }

  /** Durable when it returns. */
  async write(epoch: number, heads: readonly EpochHead[]): Promise<void> {
    const items = heads.map(({ tenant, log, origin, statement }) => ({
      tenant,
      log,
      origin,
      statement: toBase64(statement),
    }));
    const bytes = formatStoredJson(this.#place(epoch), { epoch, heads: items });
    await writeFileDurably(join(this.#directory, fileOf(epoch)), bytes, 0o600);
  }

  /** @throws AnchoringError EPOCH_HEADS_DAMAGED if the file is missing or not what was written. */
  async read(epoch: number): Promise<EpochHead[]> {
    try {
      const bytes = await readFile(join(this.#directory, fileOf(epoch)));
      const content = parseStoredJson(this.#place(epoch), bytes, {
        damaged: (reason) => damaged(epoch, reason),
        newer: (format, known) =>
          damaged(epoch, `it has format ${format}; this version reads up to ${known}`),
      });
      const members = new JsonMembers(content, (reason) => damaged(epoch, reason));
      if (members.required('epoch', COUNT) !== epoch)
        throw damaged(epoch, 'it is of another epoch');
      const heads = members.required('heads', arrayOf(JSON_OBJECT, MAX_HEADS)).map((item) => {
        const head = new JsonMembers(item, (reason) => damaged(epoch, reason));
        const read = {
          tenant: head.required('tenant', HANDLE),
          log: head.required('log', HANDLE),
          origin: head.required('origin', ORIGIN),
          statement: fromBase64(head.required('statement', HEAD), 156),
        };
        head.end();
        return read;
      });
      members.end();
      return heads;
    } catch (cause) {
      if (cause instanceof AnchoringError) throw cause;
      throw damaged(epoch, 'it cannot be read', cause);
    }
  }

  #place(epoch: number): string {
    return `epochs/${basename(this.#directory)}/${fileOf(epoch)}`;
  }
}

/** Entry 0 of an epoch log names the log. */
const FIRST_EPOCH = 1;

function fileOf(epoch: number): string {
  return `${String(epoch).padStart(12, '0')}.json`;
}

function damaged(epoch: number, reason: string, cause?: unknown): AnchoringError {
  const message = `the heads of epoch ${epoch} are damaged: ${reason}`;
  return new AnchoringError('EPOCH_HEADS_DAMAGED', message, { cause });
}
