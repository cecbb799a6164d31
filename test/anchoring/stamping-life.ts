/** A whole node whose epoch log is stamped by an authority that can be told to fail, on a clock that stands still. */
import { join } from 'node:path';
import { EpochStamper } from '../../src/anchoring/epoch-stamper.js';
import { EpochStamps } from '../../src/anchoring/epoch-stamps.js';
import { StampStore } from '../../src/anchoring/stamp-store.js';
import { utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { Logger } from '../../src/base/logger.js';
import { silentLogger } from '../../src/base/logger.js';
import { openDevelopmentAuthority } from '../../src/development-parts.js';
import { developmentTimeStamps } from '../../src/keys/development-time-stamps.js';
import { type DurableFileSystem, durableFileSystem } from '../../src/keys/durable-file.js';
import type { TimeStampAuthority, TimeStampImprint } from '../../src/keys/time-stamp-authority.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

export const HOUR = 3_600_000;

/** Asked, and counting how often. */
export class TestAuthority implements TimeStampAuthority {
  readonly name = 'test';
  readonly #inner: TimeStampAuthority;
  asked = 0;
  /** What it says instead of a token. */
  failure: Error | null = null;
  /** Whether it stamps something else than it is asked to. */
  isLying = false;

  constructor(inner: TimeStampAuthority) {
    this.#inner = inner;
  }

  async stamp(imprint: TimeStampImprint): ReturnType<TimeStampAuthority['stamp']> {
    this.asked++;
    if (this.failure !== null) throw this.failure;
    return this.#inner.stamp(
      this.isLying ? { digest: 'sha256', hash: sha256(utf8('something else')) } : imprint,
    );
  }
}

export interface StampingLife extends TestNode {
  readonly authority: TestAuthority;
  readonly stamps: EpochStamps;
  readonly stamper: EpochStamper;
  readonly dataDirectory: string;
  /** Makes an epoch that has something new, and lets it be stamped. */
  epoch(): Promise<void>;
  /** Lets what there is be stamped. */
  look(): Promise<void>;
  /** Opens stamper and stamps anew, as a restart does. */
  reopened(options?: StampingOptions): Promise<StampingLife>;
}

export interface StampingOptions {
  readonly intervalMillis?: number;
  readonly files?: DurableFileSystem;
  readonly logger?: Logger;
}

export async function openStampingLife(
  root: string,
  options: StampingOptions = {},
): Promise<StampingLife> {
  const opened = await openTestNode(root);
  const keys = await openDevelopmentAuthority(opened);
  return stamping(root, opened, new TestAuthority(developmentTimeStamps(keys, opened)), options);
}

async function stamping(
  root: string,
  opened: TestNode,
  authority: TestAuthority,
  { intervalMillis = 0, files = durableFileSystem, logger = silentLogger }: StampingOptions,
): Promise<StampingLife> {
  const { node, clock } = opened;
  const { epochs, history } = node.epochs;
  const dataDirectory = join(root, 'data');
  const store = await StampStore.open(join(dataDirectory, 'stamps', epochs.handle), files);
  const stamps = await EpochStamps.open({ store, history });
  const stamper = new EpochStamper({ epochs, stamps, authority, intervalMillis, clock, logger });
  const look = async (): Promise<void> => {
    stamper.begin();
    await stamper.idle();
  };
  return {
    ...{ ...opened, authority, stamps, stamper, dataDirectory, look },
    epoch: async () => {
      const tenant = node.tenantNamed('default');
      const name = `ledger-${node.store.ledgersOf(tenant.handle).length}`;
      await node.createLedger(tenant.name, name);
      await node.anchorNow();
      await look();
    },
    reopened: (again = {}) => stamping(root, opened, authority, again),
  };
}
