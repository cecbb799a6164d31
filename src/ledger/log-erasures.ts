/**
 * What a shared log says of erasures (docs/formats/erasure.md, "Shared ledgers"): which secrets everybody who keeps it destroys,
 * who that is, and what this node has signed of it. All but the last follows from the entries.
 */
import type { UnixMillis } from '../base/brand.js';
import { fromHex, toHex } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { Vault } from '../keys/vault.js';
import { parseStatement } from '../records/parse-statement.js';
import type { ErasedStatement, ErasureStatement, Statement } from '../records/statement.js';
import { erasedRowKey, wordKey } from './internal/state-keys.js';
import type { WriteState } from './internal/write-state.js';
import { damaged } from './ledger-error.js';
import type { EntryPlace, LogReader } from './log-reader.js';

export interface LogErasuresParts {
  readonly reader: LogReader;
  readonly vault: Vault;
  readonly state: WriteState;
  /** Numbers of all shared logs of the tenant: they rest on one vault. */
  readonly logs: () => readonly number[];
}

export class LogErasures {
  readonly #parts: LogErasuresParts;

  constructor(parts: LogErasuresParts) {
    this.#parts = parts;
  }

  /** Whether there is an erasure entry. */
  areThere(): Promise<boolean> {
    return this.#parts.state.hasErasures(this.#parts.reader.number);
  }

  /** The newest erasure entry; null if there is none. */
  async newest(): Promise<EntryPlace | null> {
    return (await this.areThere()) ? this.#last('erasure') : null;
  }

  /** Erasure entries from an index on, in their order. */
  async *from(index: number): AsyncGenerator<ErasureStatement, void, undefined> {
    if (!(await this.areThere())) return;
    for (const place of await this.#parts.reader.found('erasure', { gte: index }))
      yield await this.#read(place, 'erasure');
  }

  /** The newest entry that says who has signed; null if there is none. */
  async certificate(): Promise<ErasedStatement | null> {
    const place = await this.#last('erased');
    return place === null ? null : this.#read(place, 'erased');
  }

  /** Receipt keys of all who keep data of the log, or have kept some, ascending. */
  async holders(): Promise<readonly HexDigest[]> {
    const holders = new Set<HexDigest>();
    for (const place of await this.#parts.reader.found('group')) {
      const { members } = await this.#read(place, 'group');
      for (const { hasData, node } of members) if (hasData) holders.add(node);
    }
    return [...holders].sort();
  }

  /** Those of these rows of the vault (hex of them) that erasures in any shared log of the tenant name. */
  async erased(rowIds: readonly Uint8Array[]): Promise<ReadonlySet<string>> {
    const { logs, state } = this.#parts;
    const erased = new Set<string>();
    for (const log of logs()) {
      if (!(await state.hasErasures(log))) continue;
      const named = await state.getMany(rowIds.map((rowId) => erasedRowKey(log, rowId)));
      for (const [at, rowId] of rowIds.entries()) if (named[at] !== null) erased.add(toHex(rowId));
    }
    return erased;
  }

  /** Since when the log is kept by several: what erasures elsewhere named before was destroyed before. */
  async sharedSince(): Promise<UnixMillis> {
    const [first] = await this.#parts.reader.found('group', {}, { limit: 1 });
    return first === undefined ? (0 as UnixMillis) : (await this.#read(first, 'group')).recordedAt;
  }

  /** Whether an erasure in this very log names a row (hex). */
  async names(row: string): Promise<boolean> {
    const { reader, state } = this.#parts;
    return (await state.get(erasedRowKey(reader.number, fromHex(row)))) !== null;
  }

  /**
   * Rows (hex) that erasures from an index on name, and whose secrets are here nevertheless. Nothing new rests on these until they
   * are gone; an entry that comes while the store is open sees to that by itself.
   */
  async left(index: number): Promise<readonly string[]> {
    const { vault } = this.#parts;
    const [left, gone] = [new Set<string>(), new Set<string>()];
    for await (const { rows } of this.from(index))
      for (const row of rows)
        ((await vault.secretOfRow(fromHex(row))) === null ? gone : left).add(row);
    vault.condemn([...left]);
    vault.absolve(gone);
    return [...left];
  }

  /** What this node has signed last, in the form in which it was kept; null if nothing is known of it. */
  word(): Promise<Uint8Array | null> {
    return this.#parts.state.get(wordKey(this.#parts.reader.number));
  }

  /** A crash may lose it: it is then signed again. */
  async keepWord(word: Uint8Array): Promise<void> {
    await this.#parts.state.write([[wordKey(this.#parts.reader.number), word]]);
  }

  async #last(kind: 'erasure' | 'erased'): Promise<EntryPlace | null> {
    const [last] = await this.#parts.reader.found(kind, {}, { limit: 1, reverse: true });
    return last ?? null;
  }

  async #read<K extends Statement['kind']>(
    { index }: EntryPlace,
    kind: K,
  ): Promise<Extract<Statement, { kind: K }>> {
    const { statement } = await this.#parts.reader.entry(index);
    const read = parseStatement(statement);
    if (!isOfKind(read, kind)) throw damaged(`entry ${index} is kept as ${kind} and is none`);
    return read;
  }
}

function isOfKind<K extends Statement['kind']>(
  statement: Statement,
  kind: K,
): statement is Extract<Statement, { kind: K }> {
  return statement.kind === kind;
}
