/** What the interface enters into access ledgers; `commands/access-recorder.ts` does it. */
import type { JsonObject } from '../base/canonical-json.js';
import type { ANONYMOUS } from './access-entry.js';
import type { Action, Principal } from './authorize.js';
import type { CredentialId } from './credential-id.js';
import type { Disclosure } from './disclosure.js';
import type { InspectionMark } from './inspection.js';
import type { TenantName } from './tenant-name.js';

/** What is put on record of a disclosure. */
export type Disclosed = Pick<Disclosure, 'ledger' | 'question' | 'entries' | 'persons'>;

/** Who does what, in which request. */
export interface Acting {
  readonly principal: Pick<Principal, 'tenant' | 'author'> & {
    readonly keyId: CredentialId | typeof ANONYMOUS;
  };
  readonly action: Action;
  /** Id of the request. */
  readonly request: string;
  readonly inspection?: InspectionMark;
}

/** What an administrative act is about. */
export interface ActAbout {
  readonly ledger?: string;
  readonly question: JsonObject;
  /** That it opens or closes. */
  readonly inspection?: InspectionMark;
}

/** How it ended: what it made, or the code of its error. */
export type ActEnd = { readonly made: JsonObject } | { readonly code: string };

export interface FailedLogIn {
  readonly tenant: TenantName;
  /** The key that it claimed to be with: who tried is not known. */
  readonly claimed: CredentialId;
  readonly code: string;
  readonly request: string;
}

/** Each is durable when its promise resolves; one that rejects has entered nothing that is known of. */
export interface AccessLog {
  /** Whoever reads the access ledger finds it there after `applied`. */
  disclosed(acting: Acting, disclosure: Disclosed): Promise<void>;
  /** For readers of the access ledger: all that has been entered is there. */
  applied(): Promise<void>;
  begun(acting: Acting, about: ActAbout): Promise<void>;
  ended(acting: Acting, about: ActAbout, end: ActEnd): Promise<void>;
  /** Beyond so many a minute and key they are only counted. */
  refused(acting: Acting, code: string, ledger: string | null): Promise<void>;
  /** Returns at once: how long an answer takes must not tell which keys exist. */
  failedLogIn(attempt: FailedLogIn): void;
}
