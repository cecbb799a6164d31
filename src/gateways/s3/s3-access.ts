/**
 * What an operation asks about its caller, and enters about it. Operations decide by it and by a bucket's own
 * ACL; nothing is allowed that neither allows.
 */
import type { ActAbout } from '../../access/access-log.js';
import type { Action } from '../../access/authorize.js';
import type { TenantName } from '../../access/tenant-name.js';
import type { JsonObject } from '../../base/canonical-json.js';
import type { S3Request } from './s3-request.js';

/** What an action is about: a drive, by the name of its ledger, or with null the tenant as a whole. */
export interface S3Place {
  readonly tenant: TenantName;
  readonly drive: string | null;
}

export interface ActDone<T> {
  /** Ids of what it made. */
  readonly made: JsonObject;
  readonly result: T;
}

type Asking = Pick<S3Request, 'id' | 'caller' | 'resource'>;

export interface S3Access {
  /**
   * Whether the caller's role, or a grant for the drive's ledger, allows it. False of an anonymous caller, of
   * another tenant's, and of one from whom the drive is hidden.
   */
  allows(request: Asking, action: Action, place: S3Place): boolean;
  /** True of a drive that the caller must not know of: answer as if it were not there. */
  hides(request: Asking, place: S3Place): boolean;
  /** @throws S3Error AccessDenied, when the refused try of a known key is on record. */
  require(request: Asking, action: Action, place: S3Place): Promise<void>;
  /**
   * Enters a try that was refused for another reason, such as a bucket that is not there (it may be another's).
   * Of an anonymous caller nothing is entered: they could fill the ledger.
   * @param code of docs/errors.md: `ACCESS_DENIED`, `LEDGER_UNKNOWN`, …
   */
  refused(request: Asking, action: Action, place: S3Place, code: string): Promise<void>;
  /**
   * Does an administrative act (create, delete or configure a bucket) between the entries that say so. A crash in
   * between leaves on record that it was begun.
   */
  act<T>(
    request: Asking,
    action: Action,
    place: S3Place,
    about: Pick<ActAbout, 'question'>,
    take: () => Promise<ActDone<T>>,
  ): Promise<T>;
}
