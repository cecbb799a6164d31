/**
 * Which schemas a ledger has, and how strictly it keeps to them: read from its log when it is first
 * asked for, then kept in memory. What is kept grows with the number of types, not with their schemas.
 */
import { utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { digestFromHex, digestToHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import { Turns } from '../base/turns.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import {
  OWN_SUBJECT,
  SCHEMA_LIST_TYPE,
  SCHEMA_TYPE,
  SCHEMAS_KEY,
  SETTINGS_TYPE,
} from '../schemas/own-records.js';
import {
  DEFAULT_SETTINGS,
  parseSchema,
  parseSchemaList,
  parseSettings,
  type SchemaSettings,
  type StoredSchema,
} from '../schemas/schema-document.js';
import { openUnerased, type OpenedRecord } from './opened-entry.js';

/** A version of the schema of a type, where it lies. */
export interface SchemaVersion extends StoredSchema {
  readonly reader: LogReader;
  readonly opened: OpenedRecord;
  /** As it stands in the headers of records. */
  readonly ref: string;
}

export class LedgerSchemas {
  /** One change at a time: each is made to what the one before it left. */
  readonly changes = new Turns();
  readonly #ledger: Ledger;
  readonly #vault: Vault;
  #settings: SchemaSettings;
  #types: ReadonlySet<string>;
  #epoch = 0;

  private constructor(
    ledger: Ledger,
    vault: Vault,
    settings: SchemaSettings,
    types: readonly string[],
  ) {
    this.#ledger = ledger;
    this.#vault = vault;
    this.#settings = settings;
    this.#types = new Set(types);
  }

  /** @throws LedgerError LEDGER_DAMAGED, RecordsError: nothing is written unchecked then. */
  static async load(ledger: Ledger, vault: Vault): Promise<LedgerSchemas> {
    const settings = await newest(ledger, vault, SETTINGS_TYPE, SCHEMAS_KEY);
    const list = await newest(ledger, vault, SCHEMA_LIST_TYPE, SCHEMAS_KEY);
    return new LedgerSchemas(
      ledger,
      vault,
      settings === null ? DEFAULT_SETTINGS : parseSettings(payloadOf(settings.opened)),
      list === null ? [] : parseSchemaList(payloadOf(list.opened)),
    );
  }

  get settings(): SchemaSettings {
    return this.#settings;
  }

  /** In order. One of them may have no schema: a crash came between the list and the schema. */
  get types(): readonly string[] {
    return [...this.#types].sort();
  }

  /** Another number after each change. */
  get epoch(): number {
    return this.#epoch;
  }

  get isEmpty(): boolean {
    return this.#types.size === 0;
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  /** The newest version, or null if the type has no schema. */
  async latest(type: string): Promise<SchemaVersion | null> {
    for await (const version of this.versions(type)) return version;
    return null;
  }

  /** Newest first, those of logs that were closed last. */
  async *versions(type: string): AsyncGenerator<SchemaVersion> {
    if (!this.#types.has(type)) return;
    for (const reader of this.#ledger.logs.toReversed()) {
      const found = await newestIn(reader, this.#vault, SCHEMA_TYPE, type);
      for (let opened = found; opened !== null; opened = await this.#before(reader, opened))
        yield versionOf(reader, opened);
    }
  }

  /** Called when what it says is durable, and before anybody is told. */
  tookSettings(settings: SchemaSettings): void {
    this.#settings = settings;
    this.#epoch++;
  }

  /** As `tookSettings`. */
  tookSchema(type: string): void {
    this.#types = new Set([...this.#types, type]);
    this.#epoch++;
  }

  async #before(
    reader: LogReader,
    { entry, statement }: OpenedRecord,
  ): Promise<OpenedRecord | null> {
    if (statement.prev === undefined) return null;
    const index = await reader.indexOf(digestFromHex(statement.prev));
    // Without this a damaged state could send the walk round in circles.
    if (index === null || index >= entry.index)
      throw damaged(`entry ${entry.index} names a version before it that is not there`);
    return openRecord(this.#vault, reader, index);
  }
}

/** Those of all ledgers of a node. */
export class SchemaRegistry {
  readonly #store: Pick<LedgerStore, 'vaultOf'>;
  readonly #ledgers = new Map<string, Promise<LedgerSchemas>>();

  constructor(store: Pick<LedgerStore, 'vaultOf'>) {
    this.#store = store;
  }

  of(ledger: Ledger): Promise<LedgerSchemas> {
    const { handle, tenant } = ledger.identity;
    const known = this.#ledgers.get(handle);
    if (known !== undefined) return known;
    const loading = LedgerSchemas.load(ledger, this.#store.vaultOf(tenant));
    this.#ledgers.set(handle, loading);
    // Not remembered: the next who asks may have more luck.
    void loading.catch(() => this.#ledgers.delete(handle));
    return loading;
  }
}

async function newest(
  ledger: Ledger,
  vault: Vault,
  type: string,
  key: string,
): Promise<{ opened: OpenedRecord } | null> {
  for (const reader of ledger.logs.toReversed()) {
    const opened = await newestIn(reader, vault, type, key);
    if (opened !== null) return { opened };
  }
  return null;
}

async function newestIn(
  reader: LogReader,
  vault: Vault,
  type: string,
  key: string,
): Promise<OpenedRecord | null> {
  const found = await vault.find(tagsScope(OWN_SUBJECT));
  // Nobody has ever written of it.
  if (found === null) return null;
  const tag = tagOf(thingOpener(found.secret, type, key), thingValue(type, key));
  const latest = await reader.latestVersion(digestFromHex(tag));
  return latest === null ? null : openRecord(vault, reader, latest.index);
}

async function openRecord(
  vault: Vault,
  reader: LogReader,
  index: OpenedRecord['entry']['index'],
): Promise<OpenedRecord> {
  const opened = await openUnerased(vault, await reader.entry(index));
  if (opened.kind !== 'record') throw damaged(`entry ${index} should be a record and is none`);
  return opened;
}

function versionOf(reader: LogReader, opened: OpenedRecord): SchemaVersion {
  const stored = parseSchema(payloadOf(opened));
  const hash = digestToHex(opened.entry.leafHash).slice(0, REF_DIGITS);
  return { ...stored, reader, opened, ref: `${stored.type}@${stored.version}#${hash}` };
}

/** Enough to tell versions apart that a loss gave one number. */
const REF_DIGITS = 16;

function payloadOf({ payload }: OpenedRecord): JsonValue {
  return parseStrictJson(utf8ToString(payload.bytes));
}
