/** Names for sizes of a drive: records `chirograph.Snapshot` (docs/formats/files.md). A name never means another size. */
import type { Principal } from '../access/authorize.js';
import type { DisclosedEntry } from '../access/disclosure.js';
import type { LeafIndex } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { COUNT, JsonMembers, textLike } from '../base/json-members.js';
import { Turns } from '../base/turns.js';
import type { AppendRecordsDeps } from '../commands/append-records.js';
import { damaged } from '../ledger/ledger-error.js';
import { disclosedView } from '../queries/disclosed-entries.js';
import { countEntries, findEntries } from '../queries/find-entries.js';
import type { TenantLedger, TenantLedgers } from '../queries/tenant-ledgers.js';
import { OWN_SUBJECT } from '../schemas/own-records.js';
import { FilesError } from './files-error.js';
import { checkFilesFormat, FILES_FORMAT } from './files-format.js';
import { appendOwnRecord, type DriveThing, newestOwnRecord } from './own-records.js';

export const SNAPSHOT_TYPE = 'chirograph.Snapshot';
export const SNAPSHOT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const MAX_SNAPSHOTS = 1000;

export interface Snapshot {
  readonly name: string;
  /** Of the ledger of the drive. */
  readonly size: number;
}

export interface KeptSnapshot extends Snapshot {
  readonly madeAt: string;
  readonly madeBy: string;
  /** The record that says so. */
  readonly entry: DisclosedEntry;
}

export interface SnapshotPage {
  readonly items: readonly KeptSnapshot[];
  /** Where the next page begins, or null after the last. */
  readonly next: LeafIndex | null;
}

export interface SnapshotsDeps extends AppendRecordsDeps {
  readonly ledgers: Pick<TenantLedgers, 'find' | 'handleOf'>;
}

const ALL = { types: [SNAPSHOT_TYPE], subject: OWN_SUBJECT };

export class Snapshots {
  readonly #deps: SnapshotsDeps;
  /** Whether there is one of the name is seen in the turn of whoever makes it. */
  readonly #turns = new Turns();

  constructor(deps: SnapshotsDeps) {
    this.#deps = deps;
  }

  /** @throws FilesError SNAPSHOT_EXISTS, SNAPSHOT_LIMIT; as `appendRecords`. */
  make(
    by: Pick<Principal, 'tenant' | 'author'>,
    drive: string,
    snapshot: Snapshot,
  ): Promise<Snapshot> {
    return this.#turns.take(async () => {
      const { ledgers } = this.#deps;
      const ledger = ledgers.find(by.tenant, drive);
      if ((await this.#found(ledger, snapshot.name)) !== null)
        throw new FilesError('SNAPSHOT_EXISTS', 'this drive has a snapshot of this name');
      if ((await countEntries(ledger, { filters: ALL })).count >= MAX_SNAPSHOTS)
        throw new FilesError('SNAPSHOT_LIMIT', `a drive has at most ${MAX_SNAPSHOTS} snapshots`);
      const target = { tenant: ledgers.handleOf(by.tenant), ledger: drive, author: by.author };
      await appendOwnRecord(this.#deps, target, thingOf(snapshot.name), payloadOf(snapshot));
      return snapshot;
    });
  }

  /** @throws FilesError SNAPSHOT_UNKNOWN. */
  async find(ledger: TenantLedger, name: string): Promise<Snapshot> {
    const found = SNAPSHOT_NAME.test(name) ? await this.#found(ledger, name) : null;
    if (found === null)
      throw new FilesError('SNAPSHOT_UNKNOWN', 'this drive has no snapshot of this name');
    return found;
  }

  /** Oldest first. A page may hold fewer than its limit, and still not be the last. */
  async list(
    ledger: TenantLedger,
    { from = 0 as LeafIndex, limit }: { from?: LeafIndex | undefined; limit: number },
  ): Promise<SnapshotPage> {
    const { items, next } = await findEntries(ledger, { filters: ALL, limit, from });
    return {
      items: items.map((entry) => ({
        ...parseSnapshot(entry.payload ?? null),
        madeAt: entry.recordedAt,
        madeBy: entry.author ?? '',
        entry: disclosedView(entry),
      })),
      next,
    };
  }

  async #found(ledger: TenantLedger, name: string): Promise<Snapshot | null> {
    const payload = await newestOwnRecord(ledger, thingOf(name));
    return payload === null ? null : parseSnapshot(payload);
  }
}

function thingOf(name: string): DriveThing {
  return { type: SNAPSHOT_TYPE, key: `snapshot/${name}` };
}

function payloadOf({ name, size }: Snapshot): JsonObject {
  return { $v: FILES_FORMAT, name, size };
}

/** @throws FilesError FILES_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseSnapshot(payload: JsonValue): Snapshot {
  const members = new JsonMembers(payload, refuse);
  checkFilesFormat(members.required('$v', COUNT));
  const snapshot = {
    name: members.required('name', textLike(SNAPSHOT_NAME, 'the name of a snapshot')),
    size: members.required('size', COUNT),
  };
  members.end();
  return snapshot;
}

function refuse(reason: string): Error {
  return damaged(`a snapshot of a drive is not what was written: ${reason}`);
}
