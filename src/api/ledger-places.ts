/**
 * Where a ledger is read and written: how far what is read here is behind, waiting until it is far enough, and the node
 * that takes writes of a ledger which another one writes.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { TenantName } from '../access/tenant-name.js';
import { formatInstant } from '../base/time.js';
import type { Timers } from '../replication/links/timers.js';
import type { ReplicationPort } from '../replication/replication-port.js';
import { ApiError } from './api-error.js';
import { sizeText } from './entry-schemas.js';
import { goneSignal, Places } from './places.js';
import { validate } from './validate.js';

export const MIN_SIZE_HEADER = 'Chirograph-Min-Size';
const LAG_HEADER = 'Chirograph-Lag';
const SILENT_HEADER = 'Chirograph-Silent-Since';

/** Of a log that is read here. */
interface GrowingLog {
  readonly origin: string;
  readonly head: { readonly size: number; readonly length: number };
  /** Resolves once it has more blocks, or `signal` is aborted. */
  grown(length: number, signal: AbortSignal): Promise<void>;
}

export interface LedgerPlacesOptions {
  /** The log that is written; null where there is no such ledger. */
  readonly logOf: (tenant: TenantName, ledger: string) => GrowingLog | null;
  /** Null of a node without peers. */
  readonly port: Pick<ReplicationPort, 'lagOf' | 'writerUrl'> | null;
  /** Aborted when the node begins to stop. */
  readonly stopping: AbortSignal;
  readonly timers: Timers;
  /** How long a read waits for the ledger to grow. */
  readonly waitMillis: number;
}

/** A connection and a timer each. */
const WAITING_AT_A_TIME = { total: 256, perTenant: 64 };
const headersSchema = z.object({ 'chirograph-min-size': sizeText.optional() });

/** For the `headers` of an operation that reads a ledger, in the description. */
export const readHeaders = z.object({
  [MIN_SIZE_HEADER]: sizeText.optional().meta({
    type: 'integer',
    minimum: 0,
    description:
      'The answer waits until the ledger has so many entries here: the index of a receipt, and one more, reads what was written. READ_BEHIND if it has not after a few seconds.',
  }),
});

export class LedgerPlaces {
  readonly #options: LedgerPlacesOptions;
  readonly #places = new Places(WAITING_AT_A_TIME);

  constructor(options: LedgerPlacesOptions) {
    this.#options = options;
  }

  /**
   * Before a ledger is read: waits as long as is asked, and says how far behind it is here.
   * @throws ApiError READ_BEHIND, REQUEST_INVALID, SERVER_BUSY, BODY_INCOMPLETE.
   */
  async beforeRead(
    tenant: TenantName,
    ledger: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const asked = headersSchema.shape['chirograph-min-size'];
    const text = request.get(MIN_SIZE_HEADER);
    const minSize = validate(asked, text, `the header ${MIN_SIZE_HEADER}`) ?? 0;
    const log = this.#options.logOf(tenant, ledger);
    // Whoever asks for what is not there is told so by the route.
    if (log === null) return;
    if (log.head.size < minSize) await this.#wait(log, minSize, tenant, response);
    const behind = this.#options.port?.lagOf(log.origin) ?? null;
    if (behind === null) return;
    const { lag, silentSince } = behind;
    if (lag !== null) response.setHeader(LAG_HEADER, String(lag));
    if (silentSince !== null) response.setHeader(SILENT_HEADER, formatInstant(silentSince));
  }

  /** What a write is refused with that another node takes; null where nobody knows which. */
  redirection(tenant: TenantName, ledger: string, request: Request): ApiError | null {
    const { logOf, port } = this.#options;
    const log = logOf(tenant, ledger);
    const url = log === null ? null : (port?.writerUrl(log.origin) ?? null);
    if (url === null) return null;
    // Not the host, of which a request line may name any.
    const { pathname, search } = new URL(request.originalUrl, 'http://node.invalid');
    return new ApiError('WRITTEN_ELSEWHERE', `another node writes the ledger: ${url}`, {
      location: `${url}${pathname}${search}`,
    });
  }

  async #wait(
    log: GrowingLog,
    minSize: number,
    tenant: TenantName,
    response: Response,
  ): Promise<void> {
    const { timers, waitMillis, stopping } = this.#options;
    this.#places.take(tenant, response);
    const late = new AbortController();
    const callOff = timers.after(waitMillis, () => {
      late.abort();
    });
    const gone = goneSignal(response);
    const signal = AbortSignal.any([late.signal, stopping, gone]);
    try {
      while (log.head.size < minSize && !signal.aborted) await log.grown(log.head.length, signal);
    } finally {
      callOff();
    }
    gone.throwIfAborted();
    if (log.head.size >= minSize) return;
    throw new ApiError(
      'READ_BEHIND',
      `the ledger has ${log.head.size} entries here: ask again in a moment, or ask the node that writes it`,
    );
  }
}
