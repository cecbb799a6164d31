/** A bound on answers that take long to send: each has a place from its question until it has ended. */
import type { ServerResponse } from 'node:http';
import type { TenantName } from '../access/tenant-name.js';
import { ApiError } from './api-error.js';

export interface PlacesOptions {
  readonly total: number;
  readonly perTenant: number;
}

export class Places {
  readonly #options: PlacesOptions;
  readonly #taken: TenantName[] = [];

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /**
   * Takes a place until `response` has ended, in whichever way.
   * @throws ApiError SERVER_BUSY where none is left; BODY_INCOMPLETE if it has ended already.
   */
  take(tenant: TenantName, response: ServerResponse): void {
    const { total, perTenant } = this.#options;
    const own = this.#taken.filter((one) => one === tenant).length;
    if (this.#taken.length >= total || own >= perTenant)
      throw new ApiError('SERVER_BUSY', 'too many answers of this kind are being sent: try again');
    if (response.destroyed) throw gone();
    this.#taken.push(tenant);
    response.once('close', () => {
      this.#taken.splice(this.#taken.indexOf(tenant), 1);
    });
  }
}

/** Aborted, with a reason to tell, when the client goes away before its answer has ended. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    controller.abort(gone());
  });
  if (response.destroyed) controller.abort(gone());
  return controller.signal;
}

function gone(): ApiError {
  return new ApiError('BODY_INCOMPLETE', 'the client went away');
}
