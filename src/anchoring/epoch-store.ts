/**
 * The heads that each epoch took, one file an epoch: the epoch log holds only their root, and a proof
 * years later needs the heads themselves. A file is on disk before its epoch is appended, so a crash
 * leaves at most one that no epoch speaks of; the next epoch of that number overwrites it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64, toBase64 } from '../base/bytes.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../base/canonical-json.js';
import { arrayOf, COUNT, JSON_OBJECT, JsonMembers, textLike } from '../base/json-members.js';
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

  static async open(directory: string): Promise<EpochStore> {
    await makeDirectoryDurably(directory);
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
    const bytes = canonicalJsonBytes({ $v: 1, epoch, heads: items });
    await writeFileDurably(this.#path(epoch), bytes, 0o600);
  }

  /** @throws AnchoringError EPOCH_HEADS_DAMAGED if the file is missing or not what was written. */
  async read(epoch: number): Promise<EpochHead[]> {
    try {
      const members = new JsonMembers(
        parseCanonicalJson(await readFile(this.#path(epoch))),
        (reason) => damaged(epoch, reason),
      );
      const format = members.required('$v', COUNT);
      const number = members.required('epoch', COUNT);
      if (format !== 1 || number !== epoch) throw damaged(epoch, 'it is of another epoch');
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

  #path(epoch: number): string {
    return join(this.#directory, `${String(epoch).padStart(12, '0')}.json`);
  }
}

function damaged(epoch: number, reason: string, cause?: unknown): AnchoringError {
  const message = `the heads of epoch ${epoch} are damaged: ${reason}`;
  return new AnchoringError('EPOCH_HEADS_DAMAGED', message, { cause });
}
