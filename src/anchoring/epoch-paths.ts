/**
 * The way of one log to the root that an epoch commits to, or the proof that the log is not there. The maps of
 * that epoch are made again from the index; what is asked for next is mostly of the same epoch and tenant.
 */
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { digestFromHex } from '../base/hex-digest.js';
import { inPieces } from '../base/in-pieces.js';
import { Turns } from '../base/turns.js';
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
  /** Of both maps. */
  readonly keys: number;
  readonly arena: MapArena;
  readonly logs: MapRef;
  readonly tenants: MapRef;
  readonly format: EpochFormat;
}

const MAPS_KEPT = 4;
/** At 110 bytes each; one that has more is kept alone. */
const KEYS_KEPT = 1_000_000;
/** As objects, while the maps are made. */
const KEYS_AT_ONCE = 40_000;

export class EpochPaths {
  readonly #parts: EpochLogParts & { readonly indexKeyOf: IndexKeyOf };
  readonly #index: EpochIndex;
  /** One at a time: whoever asks for many epochs at once waits, and takes no more memory. */
  readonly #turns = new Turns();
  /** By epoch and tenant, the oldest use first. */
  readonly #kept = new Map<string, { readonly making: Promise<EpochMaps>; keys: number }>();

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
    const known = this.#kept.get(name) ?? {
      making: this.#turns.take(() => this.#make(epoch, tenant)),
      keys: 0,
    };
    this.#kept.delete(name);
    this.#kept.set(name, known);
    try {
      const maps = await known.making;
      known.keys = maps.keys;
      this.#forgetOldest();
      return maps;
    } catch (cause) {
      this.#kept.delete(name);
      throw cause;
    }
  }

  #forgetOldest(): void {
    let keys = [...this.#kept.values()].reduce((sum, one) => sum + one.keys, 0);
    for (const [oldest, one] of this.#kept) {
      const isLittle = this.#kept.size <= MAPS_KEPT && keys <= KEYS_KEPT;
      if (isLittle || this.#kept.size === 1) return;
      this.#kept.delete(oldest);
      keys -= one.keys;
    }
  }

  async #make(epoch: LeafIndex, tenant: string): Promise<EpochMaps> {
    const { epochs, indexKeyOf } = this.#parts;
    const statement = parseStatement((await epochs.entry(epoch)).statement);
    if (statement.kind !== 'epoch') throw damaged(epoch);
    const format = statement.changes === undefined ? 1 : 2;
    const arena = new MapArena();
    let [keys, logs, tenants] = [0, EMPTY_REF, EMPTY_REF];
    for (const piece of inPieces(await this.#index.logsAt(tenant, epoch), KEYS_AT_ONCE)) {
      const changes = piece.map(({ log, value }) => ({ key: keyOf(log), value }));
      logs = arena.update(logs, changes);
      keys += piece.length;
    }
    for (const piece of inPieces(await this.#index.tenantsAt(epoch), KEYS_AT_ONCE)) {
      const changes = piece.map(({ tenant: handle, root }) => ({
        key: keyOf(handle),
        value: tenantValue({ epoch, format }, root, indexKeyOf(handle)),
      }));
      tenants = arena.update(tenants, changes);
      keys += piece.length;
    }
    const committed = digestFromHex(statement.tenants);
    if (Buffer.compare(arena.hash(tenants), committed) !== 0) throw damaged(epoch);
    return { arena, logs, tenants, format, keys };
  }
}

function damaged(epoch: number): AnchoringError {
  return new AnchoringError(
    'EPOCH_HEADS_DAMAGED',
    `the index does not make the maps that epoch ${epoch} commits to: restart the node, which makes it again`,
  );
}
