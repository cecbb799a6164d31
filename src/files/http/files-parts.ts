/** What the routes about files are made of. */
import type { Principal } from '../../access/authorize.js';
import type { Action } from '../../access/authorize.js';
import type { Guard } from '../../api/authentication.js';
import type { BodyLimits } from '../../api/body.js';
import type { ContainerSeals } from '../../api/container-seals.js';
import type { CursorCodec } from '../../api/cursor.js';
import type { EventStreamLimits } from '../../api/event-stream.js';
import type { PlacesOptions } from '../../api/places.js';
import type { Clock } from '../../base/time.js';
import type { EvidenceParts } from '../../queries/entry-evidence.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { DrivesPort } from '../drive-port.js';
import type { FolderGrants } from '../folder-grants.js';
import type { Snapshots } from '../snapshots.js';

export interface FilesParts {
  /** For routes about files, see `Guard.below`. */
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  /** Of documents; content has no such limits. */
  readonly body: BodyLimits;
  readonly drives: DrivesPort;
  readonly ledgers: TenantLedgers;
  readonly snapshots: Snapshots;
  readonly grants: FolderGrants;
  readonly clock: Clock;
  readonly evidence: EvidenceParts;
  readonly seals: ContainerSeals;
  /** Longest time without a byte of content, in either direction. */
  readonly idleTimeoutMillis: number;
  readonly events: EventStreamLimits;
  /** Aborted when the node stops. */
  readonly stopping: AbortSignal;
  /** Whether the tenant wants two persons for a grant. */
  readonly needsTwo: (tenant: Principal['tenant']) => boolean;
  /** Whether a list shows this drive of the principal's tenant. */
  readonly isListed: (principal: Principal, drive: string) => boolean;
  /**
   * Of a place that a request names besides the one that it is about.
   * @throws AccessError ACCESS_DENIED; FilesError DRIVE_UNKNOWN of a drive that is hidden from the principal.
   */
  readonly require: (
    principal: Principal,
    action: Action,
    drive: string,
    place: string,
  ) => Promise<void>;
}

/** Content on its way in or out: a connection each, and pieces of 64 KiB that wait for the other side. */
export const TRANSFERS_AT_A_TIME: PlacesOptions = { total: 256, perTenant: 64 };
