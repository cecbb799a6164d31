/**
 * The maps of the newest epoch, in memory: what the next one changes. A log takes 180 bytes of plain memory in
 * pages, and its handle.
 */
import type { Sha256Digest } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import { groupBy } from '../base/group-by.js';
import { SlotPages } from '../base/slot-pages.js';
import { EMPTY_REF, MapArena, type MapRef } from '../tlog/map-arena.js';
import type { EpochChange } from './epoch-changes.js';
import { type EpochFormat, type IndexKeyOf, keyOf, tenantValue } from './epoch-maps.js';
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
  readonly logs: readonly MappedLog[];
}

/** Size, root hash, whether the log has ended. */
const HEAD_BYTES = 8 + 32 + 1;

export class EpochState {
  readonly #indexKeyOf: IndexKeyOf;
  #arena = new MapArena();
  /** Map of each tenant by its handle. */
  #tenants = new Map<string, MapRef>();
  /** Map of tenants. */
  #all: MapRef = EMPTY_REF;
  #heads = new SlotPages(HEAD_BYTES);
  /** Slot of each log by its handle. */
  #logs = new Map<string, number>();

  constructor(indexKeyOf: IndexKeyOf) {
    this.#indexKeyOf = indexKeyOf;
  }

  /** The head that was last taken of a log, or null if none was. */
  taken(log: string): TakenHead | null {
    const slot = this.#logs.get(log);
    if (slot === undefined) return null;
    const bytes = this.#heads.at(slot);
    return {
      size: bytes.readDoubleLE(0),
      rootHash: sha256Digest(bytes.subarray(8, 40)),
      hasEnded: bytes[40] === 1,
    };
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
      const indexKey = this.#indexKeyOf(tenant);
      const logs = ofTenant.map((change) =>
        mappedLog(epoch, change, indexKey, this.taken(change.log)),
      );
      return { tenant, root: this.put(tenant, logs), logs };
    });
    return { epoch, format, tenants: this.root(epoch, format), changed };
  }

  /** Puts what is known of logs of a tenant. @returns the root of its map. */
  put(tenant: string, logs: readonly MappedLog[]): Sha256Digest {
    const before = this.#tenants.get(tenant) ?? EMPTY_REF;
    const changes = logs.map(({ log, value }) => ({ key: keyOf(log), value }));
    const map = this.#arena.update(before, changes);
    this.#tenants.set(tenant, map);
    for (const one of logs) this.#take(one);
    return this.#arena.hash(map);
  }

  /** Root of the map of tenants in an epoch, from the maps as they are now. */
  root(epoch: number, format: EpochFormat): Sha256Digest {
    const changes = [...this.#tenants].map(([tenant, map]) => ({
      key: keyOf(tenant),
      value: tenantValue({ epoch, format }, this.#arena.hash(map), this.#indexKeyOf(tenant)),
    }));
    this.#all = this.#arena.update(this.#all, changes);
    return this.#arena.hash(this.#all);
  }

  #take({ log, head }: MappedLog): void {
    let slot = this.#logs.get(log);
    if (slot === undefined) this.#logs.set(log, (slot = this.#heads.take()));
    const bytes = this.#heads.at(slot);
    bytes.writeDoubleLE(head.size, 0);
    bytes.set(head.rootHash, 8);
    bytes[40] = head.hasEnded ? 1 : 0;
  }

  #clear(): void {
    this.#arena = new MapArena();
    this.#tenants = new Map();
    this.#all = EMPTY_REF;
    this.#heads = new SlotPages(HEAD_BYTES);
    this.#logs = new Map();
  }
}
