/**
 * Hands out copies of a tenant's escrow file, and takes it that they were destroyed. Each is a record of its own in the
 * access ledger, and nobody has a copy that is not on record (docs/formats/escrow.md, Copies).
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import { tenantSubject } from '../access/access-thing.js';
import type { Principal } from '../access/authorize.js';
import { signerOf } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import { toHex } from '../base/bytes.js';
import { randomBytes } from '../base/random.js';
import { Turns } from '../base/turns.js';
import type { EscrowDirectory } from '../keys/escrow-directory.js';
import { KeysError } from '../keys/keys-error.js';
import type { EscrowCopyBook } from '../retention/escrow-copy-book.js';
import {
  checkCopyRoom,
  type EscrowCopy,
  escrowCopyPayload,
  escrowCopyThing,
  isDestroyed,
} from '../retention/escrow-copy.js';
import { RETENTION_CLASS } from '../retention/kept.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';

export interface EscrowCopiesDeps extends AppendAccessDeps {
  readonly copies: EscrowCopyBook;
  /** Null where nothing is put in escrow. */
  readonly escrow: Pick<EscrowDirectory, 'read'> | null;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
}

export interface TakenCopy {
  readonly copy: EscrowCopy;
  /** The escrow file, sealed as it lies there. */
  readonly file: Uint8Array;
}

export class EscrowCopies {
  readonly #deps: EscrowCopiesDeps;
  /** Each change is made to what the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: EscrowCopiesDeps) {
    this.#deps = deps;
  }

  /** @throws RetentionError ESCROW_COPY_LIMIT; KeysError KEYS_ESCROW_NONE, KEYS_ESCROW_UNREADABLE. */
  take(by: Principal, label: string | undefined): Promise<TakenCopy> {
    const { copies, escrow, handleOf, store, clock, random } = this.#deps;
    return this.#turns.take(async () => {
      const { tenant } = by;
      const all = copies.of(tenant);
      checkCopyRoom(all, clock.now());
      if (escrow === null)
        throw new KeysError(
          'KEYS_ESCROW_NONE',
          'nothing is put in escrow: set escrowDirectory and recoveryKeys first',
        );
      const handle = handleOf(tenant);
      const { generation } = store.vaultOf(handle);
      const file = await escrow.read(handle, generation);
      const copy: EscrowCopy = {
        number: all.length + 1,
        id: toHex(randomBytes(random, 6)),
        generation,
        ...(label !== undefined && { label }),
        takenAt: clock.now(),
        takenBy: signerOf(by),
      };
      // A crash after it leaves on record a copy that nobody has: it is overdue one day, and confirmed as destroyed.
      await this.#write(by, copy);
      if (store.vaultOf(handle).generation === generation) return { copy, file };
      // The certificate of an erasure may have been written without it: so nobody gets it.
      await this.#write(by, { ...copy, destroyedAt: clock.now(), destroyedBy: signerOf(by) });
      throw new KeysError(
        'KEYS_ESCROW_UNREADABLE',
        'the vault got another key meanwhile, and nothing was handed out: ask again',
      );
    });
  }

  /** One that was destroyed before stays as it is. @throws RetentionError ESCROW_COPY_UNKNOWN. */
  destroyed(by: Principal, id: string): Promise<EscrowCopy> {
    const { copies, clock } = this.#deps;
    return this.#turns.take(async () => {
      const copy = copies.get(by.tenant, id);
      if (isDestroyed(copy)) return copy;
      const destroyed = { ...copy, destroyedAt: clock.now(), destroyedBy: signerOf(by) };
      await this.#write(by, destroyed);
      return destroyed;
    });
  }

  /** A crash before the record is durable leaves what was; after it, the next opening finds what is. */
  async #write({ tenant, author }: Principal, copy: EscrowCopy): Promise<void> {
    const to = { tenant: this.#deps.handleOf(tenant), ledger: ACCESS_LEDGER, author } as const;
    await appendAccess(this.#deps, to, [
      {
        ...escrowCopyThing(copy.number),
        subject: tenantSubject(tenant),
        retention: RETENTION_CLASS,
        payload: escrowCopyPayload(copy),
      },
    ]);
    this.#deps.copies.put(tenant, copy);
  }
}
