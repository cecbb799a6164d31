/**
 * The way of one log to the root that an epoch commits to, or the proof that the log is not there. The maps of
 * that epoch are made again from the index; what is asked for next is mostly of the same epoch and tenant.
 */
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { digestFromHex } from '../base/hex-digest.js';
import { parseStatement } from '../records/parse-statement.js';
import { EMPTY_REF, MapArena, type MapRef } from '../tlog/map-arena.js';
import { encodeMapProof } from '../tlog/sparse-map-proof.js';
import type { EpochIndex } from './epoch-index.js';
import {
  type EpochFormat,
  headSalt,
  type IndexKeyOf,
  keyOf,
  tenantSalt,
  tenantValue,
} from './epoch-maps.js';
import { AnchoringError } from './errors.js';
import type { EpochLogParts } from './read-epoch.js';

export interface EpochPath {
  /** What the epoch has of the log, with its salt; null if it has nothing: then the proof is of absence. */
  readonly taken: { readonly statement: Uint8Array; readonly salt: Uint8Array } | null;
  readonly logProof: Uint8Array;
  readonly tenantProof: Uint8Array;
  /** Of the tenant's own map. */
  readonly tenantRoot: Sha256Digest;
  /** Null in format 1. */
  readonly tenantSalt: Uint8Array | null;
}

interface EpochMaps {
  readonly arena: MapArena;
  readonly logs: MapRef;
  readonly tenants: MapRef;
  readonly format: EpochFormat;
}

/** Each costs what the tenant's map and the map of tenants take in memory, 150 bytes a key. */
const MAPS_KEPT = 4;

export class EpochPaths {
  readonly #parts: EpochLogParts & { readonly indexKeyOf: IndexKeyOf };
  readonly #index: EpochIndex;
  /** By epoch and tenant, the oldest use first. */
  readonly #kept = new Map<string, Promise<EpochMaps>>();

  constructor(parts: EpochLogParts & { readonly indexKeyOf: IndexKeyOf }, index: EpochIndex) {
    this.#parts = parts;
    this.#index = index;
  }

  /** @throws AnchoringError EPOCH_HEADS_DAMAGED if the index is not what the epoch commits to. */
  async of(epoch: LeafIndex, tenant: string, log: string): Promise<EpochPath> {
    const { arena, logs, tenants, format } = await this.#maps(epoch, tenant);
    const indexKey = this.#parts.indexKeyOf(tenant);
    const taken = await this.#index.takenAt(log, epoch);
    return {
      taken: taken && {
        statement: taken.statement,
        salt: headSalt(taken.epoch, log, indexKey),
      },
      logProof: encodeMapProof(arena.prove(logs, keyOf(log))),
      tenantProof: encodeMapProof(arena.prove(tenants, keyOf(tenant))),
      tenantRoot: arena.hash(logs),
      tenantSalt: format === 1 ? null : tenantSalt(epoch, indexKey),
    };
  }

  async #maps(epoch: LeafIndex, tenant: string): Promise<EpochMaps> {
    const name = `${epoch} ${tenant}`;
    const maps = this.#kept.get(name) ?? this.#make(epoch, tenant);
    this.#kept.delete(name);
    this.#kept.set(name, maps);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAPS_KEPT) break;
      this.#kept.delete(oldest);
    }
    try {
      return await maps;
    } catch (cause) {
      this.#kept.delete(name);
      throw cause;
    }
  }

  async #make(epoch: LeafIndex, tenant: string): Promise<EpochMaps> {
    const { epochs, indexKeyOf } = this.#parts;
    const statement = parseStatement((await epochs.entry(epoch)).statement);
    if (statement.kind !== 'epoch') throw damaged(epoch);
    const format = statement.changes === undefined ? 1 : 2;
    const arena = new MapArena();
    const items = await this.#index.logsAt(tenant, epoch);
    const logs = arena.update(
      EMPTY_REF,
      items.map(({ log, value }) => ({ key: keyOf(log), value })),
    );
    const roots = await this.#index.tenantsAt(epoch);
    const tenants = arena.update(
      EMPTY_REF,
      [...roots].map(([handle, root]) => ({
        key: keyOf(handle),
        value: tenantValue({ epoch, format }, root, indexKeyOf(handle)),
      })),
    );
    const committed = digestFromHex(statement.tenants);
    if (Buffer.compare(arena.hash(tenants), committed) !== 0) throw damaged(epoch);
    return { arena, logs, tenants, format };
  }
}

function damaged(epoch: number): AnchoringError {
  return new AnchoringError(
    'EPOCH_HEADS_DAMAGED',
    `the index does not make the maps that epoch ${epoch} commits to: restart the node, which makes it again`,
  );
}
