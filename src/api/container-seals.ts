/**
 * The operator's seal as those get it who ask for containers. Its key may be slow, or paid for by the signature,
 * and asking costs a stranger nothing: so a tenant has so many seals a minute, few are made at a time, and over
 * the very same bytes none is made twice in an hour.
 */
import { LRUCache } from 'lru-cache';
import type { TenantName } from '../access/tenant-name.js';
import { sha256Hex } from '../base/hash.js';
import type { Clock } from '../base/time.js';
import type { ContainerSeal } from '../queries/evidence-container.js';
import { ApiError } from './api-error.js';
import { MinuteBudget } from './minute-budget.js';

export interface ContainerSealsOptions {
  readonly seal: ContainerSeal;
  /** Seals made for one tenant in a minute. */
  readonly perMinute: number;
  readonly clock: Clock;
}

interface KeptSeal {
  readonly cms: Promise<Uint8Array>;
  readonly madeAt: number;
}

const AT_A_TIME = { total: 8, perTenant: 4 };
/** Some 3 KiB each. */
const MAX_KEPT = 1_000;
/** So that what is handed out is of a certificate that was in force of late. */
const KEPT_MILLIS = 3_600_000;

export class ContainerSeals {
  readonly #options: ContainerSealsOptions;
  readonly #budget: MinuteBudget;
  /** By tenant and digest of what is sealed; those that are being made, too. */
  readonly #kept = new LRUCache<string, KeptSeal>({ max: MAX_KEPT });
  readonly #making: TenantName[] = [];

  constructor(options: ContainerSealsOptions) {
    this.#options = options;
    this.#budget = new MinuteBudget({
      ...options,
      code: 'SEAL_RATE_LIMITED',
      message: 'too many seals for this tenant: wait a while, or ask for format=json',
    });
  }

  /**
   * Null without a seal. What it gives throws ApiError SEAL_RATE_LIMITED, SERVER_BUSY; and what the key throws,
   * to all who wait for the same.
   */
  of(tenant: TenantName): ContainerSeal {
    const { seal } = this.#options;
    return seal && ((content) => this.#sealed(seal, tenant, content));
  }

  #sealed(
    seal: NonNullable<ContainerSeal>,
    tenant: TenantName,
    content: Uint8Array,
  ): Promise<Uint8Array> {
    const now = this.#options.clock.now();
    const place = `${tenant} ${sha256Hex(content)}`;
    const kept = this.#kept.get(place);
    if (kept !== undefined && Math.abs(now - kept.madeAt) < KEPT_MILLIS) return kept.cms;
    this.#enter(tenant);
    const cms = this.#made(seal, tenant, content);
    this.#kept.set(place, { cms, madeAt: now });
    cms.catch(() => this.#kept.delete(place));
    return cms;
  }

  #enter(tenant: TenantName): void {
    const own = this.#making.filter((one) => one === tenant).length;
    if (this.#making.length >= AT_A_TIME.total || own >= AT_A_TIME.perTenant)
      throw new ApiError('SERVER_BUSY', 'too many containers are being sealed: try again');
    this.#budget.take(tenant);
    this.#making.push(tenant);
  }

  async #made(
    seal: NonNullable<ContainerSeal>,
    tenant: TenantName,
    content: Uint8Array,
  ): Promise<Uint8Array> {
    try {
      return await seal(content);
    } finally {
      this.#making.splice(this.#making.indexOf(tenant), 1);
    }
  }
}
