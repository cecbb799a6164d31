/**
 * The maps of the newest epoch, in memory: what the next one changes. A log takes 170 bytes of plain memory in
 * pages, and nothing else.
 */
import type { Sha256Digest } from '../base/brand.js';
import { sha256Digest, toHex } from '../base/bytes.js';
import { groupBy } from '../base/group-by.js';
import { RecordTable } from '../base/record-table.js';
import { HANDLE_BYTES } from '../evidence/epoch-map.js';
import { EMPTY_REF, MapArena, type MapRef } from '../tlog/map-arena.js';
import type { EpochChange } from './epoch-changes.js';
import { type EpochFormat, headSalts, type IndexKeyOf, keyOf, tenantValue } from './epoch-maps.js';
import { formatLogs } from './internal/epoch-items.js';
import { writeHandle } from './internal/handle-bytes.js';
import { type MappedLog, mappedLog, type TakenHead } from './mapped-log.js';

/** What an epoch made of the one before. */
export interface AppliedEpoch {
  readonly epoch: number;
  readonly format: EpochFormat;
  /** Root of the map of tenants. */
  readonly tenants: Sha256Digest;
  /** Tenants of which a log changed. */
  readonly changed: readonly ChangedTenant[];
}

export interface ChangedTenant {
  readonly tenant: string;
  /** Of its map. */
  readonly root: Sha256Digest;
  /** Those of its logs that did, as the index has them: as objects, 40,000 of them would outlive the epoch. */
  readonly items: Buffer;
}

/** Of a log: handle, size, root hash, whether it has ended. */
const HEAD = { size: HANDLE_BYTES, root: 16, hasEnded: 48, length: 49 };
/** Of a tenant: handle, its map. */
const TENANT = { map: HANDLE_BYTES, length: 12 };

export class EpochState {
  readonly #indexKeyOf: IndexKeyOf;
  #arena = new MapArena();
  #tenants = new RecordTable(HANDLE_BYTES, TENANT.length);
  /** Map of tenants. */
  #all: MapRef = EMPTY_REF;
  #logs = new RecordTable(HANDLE_BYTES, HEAD.length);
  /** The handle that is looked for, until the next is. */
  readonly #wanted = Buffer.alloc(HANDLE_BYTES);

  constructor(indexKeyOf: IndexKeyOf) {
    this.#indexKeyOf = indexKeyOf;
  }

  /** The head that was last taken of a log, or null if none was. */
  taken(log: string): TakenHead | null {
    const slot = this.#logs.find(this.#key(log));
    if (slot === 0) return null;
    const bytes = this.#logs.at(slot);
    return {
      size: bytes.readDoubleLE(HEAD.size),
      // Not the record's own, which the next epoch changes.
      rootHash: sha256Digest(Uint8Array.from(bytes.subarray(HEAD.root, HEAD.hasEnded))),
      hasEnded: bytes[HEAD.hasEnded] === 1,
    };
  }

  /** Whether that head has this size and root: asked of every log at every epoch. */
  isTaken(log: string, size: number, rootHash: Uint8Array): boolean {
    const slot = this.#logs.find(this.#key(log));
    if (slot === 0) return false;
    const [page, at] = [this.#logs.page(slot), this.#logs.offset(slot)];
    if (page.readDoubleLE(at + HEAD.size) !== size) return false;
    for (let byte = 0; byte < 32; byte++)
      if (page[at + HEAD.root + byte] !== rootHash[byte]) return false;
    return true;
  }

  /** Logs that the maps have. */
  get size(): number {
    return this.#logs.size;
  }

  /**
   * Goes on to an epoch.
   *
   * @param changes of format 1: all heads; the maps then have no others.
   * @throws EvidenceError EVIDENCE_MALFORMED for a statement that is none.
   */
  apply(epoch: number, format: EpochFormat, changes: readonly EpochChange[]): AppliedEpoch {
    if (format === 1) this.#clear();
    const changed = [...groupBy(changes, ({ tenant }) => tenant)].map(([tenant, ofTenant]) => {
      const saltOf = headSalts(epoch, this.#indexKeyOf(tenant));
      const logs = ofTenant.map((change) =>
        mappedLog(change, saltOf(change.log), this.taken(change.log)),
      );
      return { tenant, root: this.put(tenant, logs), items: formatLogs(logs) };
    });
    return { epoch, format, tenants: this.root(epoch, format), changed };
  }

  /** Puts what is known of logs of a tenant. @returns the root of its map. */
  put(tenant: string, logs: readonly MappedLog[]): Sha256Digest {
    const slot = this.#tenants.findOrAdd(this.#key(tenant));
    const changes = logs.map(({ log, value }) => ({ key: keyOf(log), value }));
    const map = this.#arena.update(this.#mapOf(slot), changes);
    this.#tenants.at(slot).writeInt32LE(map, TENANT.map);
    for (const one of logs) this.#take(one);
    return this.#arena.hash(map);
  }

  /** Root of the map of tenants in an epoch, from the maps as they are now. */
  root(epoch: number, format: EpochFormat): Sha256Digest {
    const changes = [];
    for (let slot = 1; slot <= this.#tenants.size; slot++) {
      const tenant = toHex(this.#tenants.at(slot).subarray(0, HANDLE_BYTES));
      const root = this.#arena.hash(this.#mapOf(slot));
      const value = tenantValue({ epoch, format }, root, this.#indexKeyOf(tenant));
      changes.push({ key: keyOf(tenant), value });
    }
    this.#all = this.#arena.update(this.#all, changes);
    return this.#arena.hash(this.#all);
  }

  /** Of a tenant by its slot. */
  #mapOf(slot: number): MapRef {
    return this.#tenants.at(slot).readInt32LE(TENANT.map) as MapRef;
  }

  #key(handle: string): Uint8Array {
    writeHandle(this.#wanted, 0, handle);
    return this.#wanted;
  }

  #take({ log, head }: MappedLog): void {
    const record = this.#logs.at(this.#logs.findOrAdd(this.#key(log)));
    record.writeDoubleLE(head.size, HEAD.size);
    record.set(head.rootHash, HEAD.root);
    record[HEAD.hasEnded] = head.hasEnded ? 1 : 0;
  }

  #clear(): void {
    this.#arena = new MapArena();
    this.#tenants = new RecordTable(HANDLE_BYTES, TENANT.length);
    this.#all = EMPTY_REF;
    this.#logs = new RecordTable(HANDLE_BYTES, HEAD.length);
  }
}
