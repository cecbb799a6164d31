/** Holds blocks that have come in against the signed heads over them. */
import type { SignedHead } from './known-log.js';
import type { CheckedHead, LogCopy } from './log-copy.js';
import { type Wrong, wrongCore, wrongEntries, wrongTree } from './wrong.js';

/**
 * Walks up to a length, and compares each head on the way.
 *
 * @param heads by the keys in use, ascending. @returns the last head that was found right.
 * @throws BlockFlaw, KeysFlaw.
 */
export async function checkTo(
  to: number,
  copy: LogCopy,
  heads: readonly SignedHead[],
  isReader: boolean,
): Promise<CheckedHead | Wrong | null> {
  let right: CheckedHead | null = null;
  while (copy.walk.length < to) {
    const expected = heads.find(({ binding }) => binding.length > copy.walk.length);
    const next = Math.min(to, expected?.binding.length ?? to);
    await copy.walkTo(next);
    if (expected?.binding.length !== next) continue;
    const checked = { head: expected, walk: copy.walk };
    const wrong =
      wrongCore(expected, copy.log) ??
      (await wrongTree(expected, copy.log)) ??
      (isReader ? wrongEntries(checked) : null);
    if (wrong !== null) return wrong;
    right = checked;
  }
  return right;
}

/** Of what is remembered, and is there: every head with the walk there. @throws as `checkTo`. */
export async function checkFound(
  copy: LogCopy,
  isReader: boolean,
): Promise<readonly CheckedHead[] | Wrong> {
  const found: CheckedHead[] = [];
  for (const { head, walk } of copy.heads) {
    const other = await wrongTree(head, copy.log);
    if (other !== null) return other;
    await copy.walkTo(walk.length);
    const checked = { head, walk: copy.walk };
    const wrong = isReader ? wrongEntries(checked) : null;
    if (wrong !== null) return wrong;
    found.push(checked);
  }
  await copy.walkTo(copy.end.length);
  return found;
}

export function isWrong(one: object | null): one is Wrong {
  return one !== null && 'proof' in one;
}
