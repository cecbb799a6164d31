/**
 * Damage below RocksDB's own checksums: rows of the write state that are changed, moved, lost or put in
 * as only a fault of a program, or somebody, could do it.
 */
import RocksDB from 'rocksdb-native';
import type { SeededChoice } from '../support/seeded-choice.js';

type Row = readonly [key: Buffer, value: Buffer];

export const ROW_KINDS = ['value', 'shortened', 'key', 'added', 'swapped', 'lost'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** @returns the key of the row, in hex. */
export async function damageRow(
  directory: string,
  kind: RowKind,
  choice: SeededChoice,
): Promise<string> {
  const db = new RocksDB(directory);
  await db.ready();
  try {
    const rows: Row[] = [];
    for await (const { key, value } of db.iterator({})) rows.push([key, value]);
    // A row too many of the index of a vault is never asked for.
    const isAdded = kind === 'added' || kind === 'key';
    const all = rows.filter(([key]) => !isAdded || !isVaultIndex(key));
    const row = all[choice.below(all.length)];
    if (row === undefined) throw new Error('a write state without rows');
    const [key, value] = row;
    const same = rows.filter(
      ([other, its]) =>
        other.subarray(0, 5).equals(key.subarray(0, 5)) &&
        its.length === value.length &&
        !its.equals(value),
    );
    const [other, its] = same[choice.below(Math.max(1, same.length))] ?? [
      key,
      flipped(value, choice),
    ];
    const batch = db.write();
    const put = (at: Uint8Array, what: Uint8Array): void => {
      batch.tryPut(at, what);
    };
    if (kind === 'value') put(key, flipped(value, choice));
    if (kind === 'shortened') put(key, value.length === 0 ? Buffer.of(0) : value.subarray(1));
    if (kind === 'swapped') {
      put(key, its);
      put(other, other.equals(key) ? its : value);
    }
    if (kind === 'lost' || kind === 'key')
      batch.tryDeleteRange(key, Buffer.concat([key, Buffer.of(0)]));
    if (kind === 'added' || kind === 'key') put(besides(key, choice), value);
    await batch.flush();
    batch.destroy();
    await db.flush();
    const isGone = (await db.get(key)) === null;
    if (isGone !== (kind === 'lost' || kind === 'key')) throw new Error('nothing was damaged');
    return key.toString('hex');
  } finally {
    await db.close();
  }
}

function isVaultIndex(key: Buffer): boolean {
  return key.toString('hex').startsWith('ffffffff02');
}

function flipped(value: Buffer, choice: SeededChoice): Buffer {
  if (value.length === 0) return Buffer.of(1);
  const changed = Buffer.from(value);
  const at = choice.below(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << choice.below(8));
  return changed;
}

/** Another key of the same log and kind. */
function besides(key: Buffer, choice: SeededChoice): Buffer {
  return key.length > 5
    ? Buffer.concat([key.subarray(0, 5), flipped(key.subarray(5), choice)])
    : Buffer.concat([key, Buffer.of(choice.below(256))]);
}
