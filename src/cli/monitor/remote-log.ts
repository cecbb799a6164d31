/** A log as a node shows it: heads, hashes and proofs, all of it anyone's word until it is verified. */
import { z } from 'zod';
import type { Sha256Digest } from '../../base/brand.js';
import { fromHex, sha256Digest, utf8ToString } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import type { FetchTile } from '../../evidence/misbehaviour/log-view.js';
import { tilePath } from '../../tlog/tile-path.js';
import { CliError, RefusedByNode } from '../cli-error.js';
import type { NodeClient } from '../node-client.js';
import { entryPath, ledgerPath } from '../node-options.js';
import { type Retries, withRetries } from './retries.js';

export interface RemoteLog {
  /** `<URL> <ledger>`. */
  readonly place: string;
  /** The newest signed note. @throws CliError. */
  checkpoint(): Promise<string>;
  /** Null where the node gives none. @throws CliError if it cannot be reached. */
  consistency(from: number, to: number): Promise<readonly Sha256Digest[] | null>;
  /** No bytes where the node has no such tile. @throws CliError if it cannot be reached. */
  readonly fetchTile: FetchTile;
  /**
   * The signed head of an earlier size, where a node gives those. It may be anything; null where it gives none.
   * @throws CliError if it cannot be reached.
   */
  readonly headAt?: (size: number) => Promise<string | null>;
  /** Of the log's first entry, which says whose log it is. @throws CliError. */
  readonly evidence: () => Promise<Uint8Array>;
}

export function remoteLog(
  client: NodeClient,
  url: string,
  ledger: string,
  retries: Retries,
): RemoteLog {
  const path = ledgerPath(ledger);
  const download = (below: string): Promise<Uint8Array> =>
    withRetries(retries, () => client.download(`${path}/${below}`));
  return {
    place: `${url.replace(/\/+$/, '')} ${ledger}`,
    checkpoint: async () => {
      const bytes = await download('checkpoint');
      try {
        return utf8ToString(bytes);
      } catch (cause) {
        if (!(cause instanceof BaseError)) throw cause;
        throw new CliError('CLI_ANSWER_UNUSABLE', 'the checkpoint is no text', { cause });
      }
    },
    consistency: (from, to) =>
      unlessRefused(null, async () => {
        const query = `proofs/consistency?from=${from}&to=${to}`;
        const answer = await withRetries(retries, () =>
          client.request({ method: 'GET', path: `${path}/${query}` }),
        );
        const read = consistencySchema.safeParse(answer);
        return read.success ? read.data.proof.map((hash) => sha256Digest(fromHex(hash))) : null;
      }),
    fetchTile: (tile) => unlessRefused(new Uint8Array(), () => download(tilePath(tile))),
    evidence: () =>
      withRetries(retries, () => client.download(`${entryPath(ledger, '0')}/evidence?format=json`)),
  };
}

export const hashesSchema = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(64);
const consistencySchema = z.object({ proof: hashesSchema });

/** A node that does not give what it must have: the comparison goes on without, and will say so. */
export async function unlessRefused<T>(otherwise: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof RefusedByNode) return otherwise;
    if (cause instanceof CliError && cause.code === 'CLI_ANSWER_UNUSABLE') return otherwise;
    throw cause;
  }
}
