/** All chunks that references lead to, here: those that are not are got from others. */
import { atOnce } from '../../base/at-once.js';
import { toHex } from '../../base/bytes.js';
import { openWhole } from '../chunks/content-reader.js';
import { decodeReferences, type Reference } from '../references.js';

/** Of one content. */
const AT_ONCE = 32;

export interface GatherParts {
  /** As it is stored here; null if it is not. */
  readonly get: (address: Uint8Array) => Promise<Uint8Array | null>;
  /** From others, and stored; null if nobody gives it. */
  readonly fetch: (reference: Reference) => Promise<Uint8Array | null>;
  /** Takes a piece of content for there without reading it; absent where each is looked at. */
  readonly isThere?: (address: Uint8Array) => Promise<boolean>;
}

/** @param seen chunks of references, in hex. @returns how many were not to be had; below those nothing was looked for. Written, and not synced. */
export async function gather(
  parts: GatherParts,
  references: readonly Reference[],
  seen = new Set<string>(),
): Promise<number> {
  let missing = 0;
  const pieces = references.filter(({ level }) => level === 0);
  await atOnce(
    new Map(pieces.map((reference) => [toHex(reference.address), reference])).values(),
    AT_ONCE,
    async (reference) => {
      if ((await parts.isThere?.(reference.address)) === true) return;
      if ((await pieceOf(parts, reference)) === null) missing++;
    },
  );
  // One after the other: a content of any size takes as much memory as one chunk of references.
  for (const reference of references) {
    // Each once: a few chunks that refer to each other many times would be a content without end.
    if (reference.level === 0 || seen.has(toHex(reference.address))) continue;
    seen.add(toHex(reference.address));
    const piece = await pieceOf(parts, reference);
    if (piece === null) missing++;
    else missing += await gather(parts, decodeReferences(piece, reference.level), seen);
  }
  return missing;
}

async function pieceOf(
  { get, fetch }: GatherParts,
  reference: Reference,
): Promise<Uint8Array | null> {
  return (
    openWhole(reference, await get(reference.address)) ??
    openWhole(reference, await fetch(reference))
  );
}
