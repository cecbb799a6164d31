/** The grants of a drive as its ledger has them now, and changes of them, one at a time. */
import type { Principal, Role } from '../access/authorize.js';
import type { Grantee } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { randomBytes } from '../base/random.js';
import { Turns } from '../base/turns.js';
import type { AppendRecordsDeps } from '../commands/append-records.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { TenantLedger, TenantLedgers } from '../queries/tenant-ledgers.js';
import { FilesError } from './files-error.js';
import {
  FOLDER_GRANT_KEY,
  FOLDER_GRANT_TYPE,
  type FolderGrant,
  folderGrantsPayload,
  type FolderRight,
  MAX_FOLDER_GRANTS,
  parseFolderGrants,
  rolesOfGrants,
} from './folder-grant.js';
import { appendOwnRecord, newestOwnRecord } from './own-records.js';

const GRANTS = { type: FOLDER_GRANT_TYPE, key: FOLDER_GRANT_KEY };

export interface NewFolderGrant {
  readonly to: Grantee;
  readonly prefix: string;
  readonly right: FolderRight;
  readonly expiresAt?: UnixMillis;
}

export interface FolderGrantsDeps extends AppendRecordsDeps {
  readonly ledgers: Pick<TenantLedgers, 'find' | 'handleOf'>;
}

type Changer = Pick<Principal, 'tenant' | 'author'>;

export class FolderGrants {
  readonly #deps: FolderGrantsDeps;
  /** Each change is made to what the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: FolderGrantsDeps) {
    this.#deps = deps;
  }

  /** Read anew each time: what has been taken back holds for no further question. @throws LedgerError LEDGER_UNKNOWN. */
  async of(tenant: TenantName, drive: string): Promise<readonly FolderGrant[]> {
    return this.#in(this.#deps.ledgers.find(tenant, drive));
  }

  /** For the guard: see FolderAuthority. */
  async rolesBelow(principal: Principal, drive: string, place: string): Promise<readonly Role[]> {
    let ledger: TenantLedger;
    try {
      ledger = this.#deps.ledgers.find(principal.tenant, drive);
    } catch (cause) {
      if (cause instanceof LedgerError && cause.code === 'LEDGER_UNKNOWN') return [];
      throw cause;
    }
    return rolesOfGrants(await this.#in(ledger), principal, place, this.#deps.clock.now());
  }

  /** In force, and on disk, when it returns. @throws FilesError FOLDER_GRANT_LIMIT; as `appendRecords`. */
  async make(by: Changer, drive: string, wanted: NewFolderGrant): Promise<FolderGrant> {
    const { random, clock } = this.#deps;
    const id = toHex(randomBytes(random, 6));
    const grant = { ...wanted, id, madeAt: clock.now(), madeBy: by.author };
    await this.#change(by, drive, (grants) => {
      if (grants.length >= MAX_FOLDER_GRANTS)
        throw new FilesError(
          'FOLDER_GRANT_LIMIT',
          `a drive has at most ${MAX_FOLDER_GRANTS} grants: revoke some, or grant a role for its ledger`,
        );
      return [...grants, grant];
    });
    return grant;
  }

  /** @returns what it was. @throws FilesError FOLDER_GRANT_UNKNOWN; as `appendRecords`. */
  async revoke(by: Changer, drive: string, id: string): Promise<FolderGrant> {
    let revoked: FolderGrant | undefined;
    await this.#change(by, drive, (grants) => {
      revoked = grants.find((grant) => grant.id === id);
      return grants.filter((grant) => grant !== revoked);
    });
    if (revoked === undefined) throw unknown();
    return revoked;
  }

  #change(
    by: Changer,
    drive: string,
    change: (grants: readonly FolderGrant[]) => readonly FolderGrant[],
  ): Promise<void> {
    return this.#turns.take(async () => {
      const before = await this.of(by.tenant, drive);
      const after = change(before);
      if (after.length === before.length) throw unknown();
      const tenant = this.#deps.ledgers.handleOf(by.tenant);
      const target = { tenant, ledger: drive, author: by.author };
      // A crash before it is durable leaves what was; after it, what is.
      await appendOwnRecord(this.#deps, target, GRANTS, folderGrantsPayload(after));
    });
  }

  async #in(ledger: TenantLedger): Promise<readonly FolderGrant[]> {
    const payload = await newestOwnRecord(ledger, GRANTS);
    return payload === null ? [] : parseFolderGrants(payload);
  }
}

function unknown(): FilesError {
  return new FilesError('FOLDER_GRANT_UNKNOWN', 'this drive has no grant of this id');
}
