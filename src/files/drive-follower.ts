/** Reads the entries of a drive's ledger into its index, from where it stands to the head. */
import type { LeafIndex } from '../base/brand.js';
import { toHex, utf8ToString } from '../base/bytes.js';
import { parseStrictJson } from '../base/canonical-json.js';
import { digestToHex } from '../base/hex-digest.js';
import { Turns } from '../base/turns.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader, StoredEntry } from '../ledger/log-reader.js';
import { openEntry } from '../queries/opened-entry.js';
import { parseStatement } from '../records/parse-statement.js';
import { RecordsError } from '../records/records-error.js';
import { rowIdOf } from '../records/sealing.js';
import type { Statement } from '../records/statement.js';
import { DriveIndex } from './drive-index.js';
import { DRIVE_TYPE, parseDrive } from './drive-settings.js';
import { FILE_TYPE } from './file-change.js';
import { parseChange } from './parse-change.js';
import type { ChangeScope } from './path-rows.js';

/** Far more than a log ever has entries. */
const LOG_SPAN = 2 ** 48;

export class DriveFollower {
  readonly #ledger: Ledger;
  readonly #vault: Vault;
  readonly #turns = new Turns();
  #index = new DriveIndex();
  /** Entries of each log that are in the index, by the log's number. */
  #sizes = new Map<number, number>();
  /** By row of the vault, which are few. */
  readonly #scopes = new Map<string, ChangeScope | null>();
  /** Of the vault: once a secret is destroyed, what it opened is to be forgotten here too. */
  #generation: number;

  constructor(ledger: Ledger, vault: Vault) {
    this.#ledger = ledger;
    this.#vault = vault;
    this.#generation = vault.generation;
  }

  get index(): DriveIndex {
    return this.#index;
  }

  /** Of the log that is written now. */
  get size(): number {
    return this.#sizes.get(this.#ledger.reader.number) ?? 0;
  }

  /** What had been appended when this was called is in the index when it returns. @throws LedgerError LEDGER_DAMAGED. */
  async upToDate(): Promise<void> {
    if (this.#isUpToDate()) return;
    await this.#turns.take(async () => {
      if (this.#isUpToDate()) return;
      if (this.#generation !== this.#vault.generation) await this.#begin();
      const { logs } = this.#ledger;
      for (const [n, reader] of logs.entries())
        await this.#read(reader, (n - (logs.length - 1)) * LOG_SPAN);
    });
  }

  #isUpToDate(): boolean {
    return (
      this.#generation === this.#vault.generation &&
      this.#ledger.logs.every(({ number, head }) => this.#sizes.get(number) === head.size)
    );
  }

  /** Aside, so that whoever asks meanwhile finds the old one or the new. */
  async #begin(): Promise<void> {
    const again = new DriveFollower(this.#ledger, this.#vault);
    const { logs } = this.#ledger;
    for (const [n, reader] of logs.entries())
      await again.#read(reader, (n - (logs.length - 1)) * LOG_SPAN);
    [this.#index, this.#sizes, this.#generation] = [again.#index, again.#sizes, again.#generation];
  }

  async #read(reader: LogReader, offset: number): Promise<void> {
    const from = this.#sizes.get(reader.number) ?? 0;
    const { size } = reader.head;
    if (from >= size) {
      this.#sizes.set(reader.number, size);
      return;
    }
    for await (const entry of reader.entries(from as LeafIndex, size)) {
      await this.#apply(reader, entry, offset);
      this.#sizes.set(reader.number, entry.index + 1);
    }
  }

  async #scopeOf({ sealedParts: [, payload] }: StoredEntry): Promise<ChangeScope | null> {
    if (payload === undefined) return null;
    const rowId = rowIdOf(payload);
    const key = toHex(rowId);
    let scope = this.#scopes.get(key);
    if (scope === undefined) {
      const found = await this.#vault.scopeOfRow(rowId);
      scope = found?.use === 'data' ? { class: found.class, month: found.month } : null;
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  async #apply(reader: LogReader, entry: StoredEntry, offset: number): Promise<void> {
    const statement = knownStatement(entry.statement);
    if (statement?.kind !== 'record') return;
    if (statement.type !== FILE_TYPE && statement.type !== DRIVE_TYPE) return;
    const opened = await openEntry(this.#vault, entry);
    // Whoever it was about has been forgotten: nobody knows any more which path it was.
    if (opened.kind !== 'record') return;
    const payload = parseStrictJson(utf8ToString(opened.payload.bytes));
    const order = offset + entry.index;
    if (statement.type === DRIVE_TYPE) {
      this.#index.applySettings(parseDrive(payload), order);
      return;
    }
    this.#index.apply(parseChange(payload), {
      ...{ reader, order, index: entry.index, recordedAt: statement.recordedAt },
      id: digestToHex(entry.leafHash),
      author: opened.said.author,
      subject: opened.said.subject,
      scope: await this.#scopeOf(entry),
    });
  }
}

/** Null of a kind that a newer version writes: it is of no drive that this one reads. */
export function knownStatement(bytes: Uint8Array): Statement | null {
  try {
    return parseStatement(bytes);
  } catch (cause) {
    if (cause instanceof RecordsError && cause.code === 'STATEMENT_KIND_UNKNOWN') return null;
    throw cause;
  }
}
