/** Content in order, from the references that lead to it: a few chunks are read ahead of whoever takes them. */
import type { ReadRange } from '../drive-port.js';
import { FilesError } from '../files-error.js';
import { decodeReferences, type Reference } from '../references.js';
import type { ContentPlace } from '../stored-content.js';
import { openChunk } from './chunk.js';

/** Where chunks come from: this node's disk, or whoever has them. */
export interface ChunkSource {
  /** As it is stored here; null if it is not. */
  get(address: Uint8Array): Promise<Uint8Array | null>;
  /** One that is missing here, or is not what was written, from whoever has it, and put back; null if nobody gives it. */
  heal?(reference: Reference): Promise<Uint8Array | null>;
}

/** What one reader holds at most, 2 MiB: several nodes may be asked for them at once. */
const AHEAD = 32;

/**
 * @param range within the content; all of it without it.
 * @throws FilesError FILE_DAMAGED where a chunk is missing or is not what was written; also after some of it.
 */
export async function* readContent(
  chunks: ChunkSource,
  place: ContentPlace,
  range?: ReadRange,
): AsyncGenerator<Uint8Array> {
  const { start, end } = range ?? { start: 0, end: Infinity };
  if ('inline' in place) {
    const some = place.inline.subarray(start, end);
    if (some.length > 0) yield some;
    return;
  }
  const waiting: Promise<Uint8Array>[] = [];
  for await (const { reference, from, to } of leaves(chunks, place.refs, start, end)) {
    const piece = openPiece(chunks, reference).then((bytes) => bytes.subarray(from, to));
    // Whoever stops taking leaves some that nobody waits for.
    void piece.catch(() => undefined);
    waiting.push(piece);
    const first = waiting.length > AHEAD ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const piece of waiting) yield await piece;
}

/** References of level 0 that a range needs, and which part of each. */
async function* leaves(
  chunks: ChunkSource,
  references: readonly Reference[],
  start: number,
  end: number,
): AsyncGenerator<{ readonly reference: Reference; readonly from: number; readonly to: number }> {
  let at = 0;
  for (const reference of references) {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, reference.size)];
    at += reference.size;
    if (from >= to) continue;
    if (reference.level === 0) yield { reference, from, to };
    else {
      const below = decodeReferences(await openPiece(chunks, reference), reference.level);
      yield* leaves(chunks, below, from, to);
    }
  }
}

async function openPiece(chunks: ChunkSource, reference: Reference): Promise<Uint8Array> {
  const stored = await chunks.get(reference.address);
  const piece = openWhole(reference, stored) ?? (await healed(chunks, reference));
  if (piece === null)
    throw new FilesError(
      'FILE_DAMAGED',
      stored === null
        ? 'a part of the content is missing here: `files verify` says which files need it, and heals it where another node has it'
        : 'a part of the content is not what was written: run `files verify`',
    );
  return piece;
}

async function healed(chunks: ChunkSource, reference: Reference): Promise<Uint8Array | null> {
  return openWhole(reference, (await chunks.heal?.(reference)) ?? null);
}

/** What a reference refers to; null where the block is none, another, or not what was written. */
export function openWhole(reference: Reference, block: Uint8Array | null): Uint8Array | null {
  const piece = block === null ? null : openChunk(reference, block);
  const isWhole = reference.level > 0 || piece?.length === reference.size;
  return isWhole ? piece : null;
}
