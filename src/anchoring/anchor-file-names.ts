/** Where the checkpoint of a size lies among anchor files, and which sizes are there (docs/formats/anchor-files.md). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { systemErrorCode } from '../base/system-error.js';

const KINDS = ['checkpoint', 'cosigned', 'tst'] as const;
export type AnchorFileKind = (typeof KINDS)[number];

const SHARD = /^\d{8}$/;

/** Relative to the directory of one log. */
export function anchorFileName(size: TreeSize, kind: AnchorFileKind): string {
  const digits = String(size).padStart(12, '0');
  return `${digits.slice(0, 8)}/${digits}.${kind}`;
}

/** The largest size that has such a file; 0 if none has. */
export async function largestThere(directory: string, kind: AnchorFileKind): Promise<TreeSize> {
  const shards = (await namesIn(directory)).filter((name) => SHARD.test(name)).sort();
  const pattern = new RegExp(`^(\\d{12})\\.${kind}$`);
  for (const shard of shards.reverse()) {
    const sizes = (await namesIn(join(directory, shard))).flatMap((name) => {
      const size = pattern.exec(name)?.[1];
      return size?.startsWith(shard) === true ? [Number(size)] : [];
    });
    if (sizes.length > 0) return Math.max(...sizes) as TreeSize;
  }
  return 0 as TreeSize;
}

/** All in the directory of one log, ascending by size. */
export async function anchorFilesIn(
  directory: string,
): Promise<readonly { readonly size: TreeSize; readonly kind: AnchorFileKind }[]> {
  const files: { size: TreeSize; kind: AnchorFileKind }[] = [];
  for (const shard of (await namesIn(directory)).filter((name) => SHARD.test(name)).sort())
    for (const name of (await namesIn(join(directory, shard))).toSorted()) {
      const [digits = '', ending] = name.split('.');
      const kind = KINDS.find((one) => one === ending);
      const size = Number(digits) as TreeSize;
      if (kind !== undefined && `${shard}/${name}` === anchorFileName(size, kind))
        files.push({ size, kind });
    }
  return files;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '')) return [];
    throw cause;
  }
}
