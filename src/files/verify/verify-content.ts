/** Whether the content of one version is there, and is what its entry says. */
import { LedgerError } from '../../ledger/ledger-error.js';
import { openChunk } from '../chunks/chunk.js';
import type { ChunkSource } from '../chunks/content-reader.js';
import type { FilePut } from '../file-change.js';
import { decodeReferences, type Reference } from '../references.js';
import { ContentCheck, type Differing } from './content-check.js';

export interface ContentFindings {
  /** Chunks of which nothing is there, or that cannot be read. */
  readonly missing: number;
  /** Chunks that are not what was written. */
  readonly altered: number;
  /** Of content whose chunks are all as they were written. */
  readonly differing: readonly Differing[];
}

/** Re-hashes it. @throws what reading throws, other than of damage. */
export async function verifyContent(chunks: ChunkSource, put: FilePut): Promise<ContentFindings> {
  const check = new ContentCheck(put);
  const found = { missing: 0, altered: 0 };
  if ('inline' in put.content) check.update(put.content.inline);
  else for await (const piece of piecesBelow(chunks, put.content.refs, found)) check.update(piece);
  const isWhole = found.missing + found.altered === 0;
  return { ...found, differing: isWhole ? check.end() : [] };
}

/** Addresses that were seen already, so that what many versions share is read once. */
export class SeenChunks {
  readonly #seen = new Set<string>();

  /** Whether it is new. */
  add({ level, address }: Reference): boolean {
    const key = `${level}${Buffer.from(address).toString('latin1')}`;
    if (this.#seen.has(key)) return false;
    // Forgetting costs time only.
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    this.#seen.add(key);
    return true;
  }
}

const MAX_SEEN = 1_000_000;

/** Whether all its chunks are there, unhashed; of those that only lead to others, whether they are what was written too. */
export async function findContent(
  chunks: ChunkSource,
  put: FilePut,
  seen: SeenChunks,
): Promise<ContentFindings> {
  const found = { missing: 0, altered: 0 };
  const walk = async (references: readonly Reference[]): Promise<void> => {
    for (const reference of references) {
      if (!seen.add(reference)) continue;
      const stored = await chunks.get(reference.address);
      if (stored === null) found.missing++;
      else if (reference.level > 0) {
        const below = referencesIn(reference, stored);
        if (below === null) found.altered++;
        else await walk(below);
      }
    }
  };
  if ('refs' in put.content) await walk(put.content.refs);
  return { ...found, differing: [] };
}

/** Pieces of content in order, as far as they are there. */
async function* piecesBelow(
  chunks: ChunkSource,
  references: readonly Reference[],
  found: { missing: number; altered: number },
): AsyncGenerator<Uint8Array> {
  for (const reference of references) {
    const stored = await chunks.get(reference.address);
    if (stored === null) {
      found.missing++;
      continue;
    }
    if (reference.level > 0) {
      const below = referencesIn(reference, stored);
      if (below === null) found.altered++;
      else yield* piecesBelow(chunks, below, found);
      continue;
    }
    const piece = openChunk(reference, stored);
    if (piece?.length === reference.size) yield piece;
    else found.altered++;
  }
}

/** Null of a chunk that is not what was written. */
function referencesIn(reference: Reference, stored: Uint8Array): readonly Reference[] | null {
  const piece = openChunk(reference, stored);
  if (piece === null) return null;
  try {
    return decodeReferences(piece, reference.level);
  } catch (cause) {
    if (cause instanceof LedgerError && cause.code === 'LEDGER_DAMAGED') return null;
    throw cause;
  }
}
