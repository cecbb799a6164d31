/**
 * Content of files out of a backup. It is stored anew, in Hypercores of other names: those that it came from may be gone on
 * with by whoever has the data that the backup was made of.
 */
import type { CopiedContent } from './backup/unpack-backup.js';
import type { NewChunk } from './files/chunks/chunk-store.js';
import { addressIn } from './files/chunks/chunk.js';
import { openChunks, type OpenChunksOptions } from './open-chunks.js';

const BATCH = 32;

/** On disk when it returns. What a crash leaves is in a directory that the next try removes. @throws as `ChunkStore.put`. */
export async function restoreContent(
  options: Omit<OpenChunksOptions, 'tenants'>,
  content: readonly CopiedContent[],
): Promise<void> {
  if (content.length === 0) return;
  const tenants = [...new Set(content.map(({ tenant }) => tenant))];
  const chunks = await openChunks({ ...options, tenants });
  try {
    for (const { tenant, ledger, length, block } of content)
      for (let at = 0; at < length; at += BATCH) {
        const some: NewChunk[] = [];
        for (let number = at; number < Math.min(at + BATCH, length); number++) {
          const bytes = await block(number);
          const address = addressIn(bytes);
          // Of one that was damaged before there is nothing to put; what was stored again in its place comes later.
          if (address !== null) some.push({ address, block: () => bytes });
        }
        await chunks.put({ tenant, ledger }, some);
      }
    await chunks.sync();
  } finally {
    await chunks.close();
  }
}
