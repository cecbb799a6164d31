/** What an operator's monitoring learns of commits, backlog and anchors. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ANCHOR_ALARMS } from './anchoring/anchor-report.js';
import type { UnixMillis } from './base/brand.js';
import type { AnchorStatus } from './commands/anchor-now.js';
import type { ErasureObserver } from './commands/erasure-run.js';
import type { AuthorityHealth } from './keys/fail-over-authority.js';
import type { CommitObserver } from './ledger/commit-observer.js';
import type { LedgerNode } from './ledger-node.js';
import type { SigningServices } from './signing-services.js';
import type { NodeViews } from './views/node-views.js';

const STEP_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];
const GROUP_ENTRIES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Times each step of each commit; one commit is under way at a time. */
export function commitMetrics(registry: Registry): CommitObserver {
  const registers = [registry];
  const duration = new Histogram({
    name: 'chirograph_commit_step_duration_seconds',
    help: 'Time that a step of a commit took.',
    labelNames: ['step'] as const,
    buckets: STEP_SECONDS,
    registers,
  });
  const groups = new Histogram({
    name: 'chirograph_commit_entries',
    help: 'Entries that shared a commit.',
    buckets: GROUP_ENTRIES,
    registers,
  });
  const entries = new Counter({
    name: 'chirograph_entries_committed_total',
    help: 'Entries handed to commits that were acknowledged; repeated requests count as well.',
    registers,
  });
  let stop: (() => unknown) | null = null;
  return {
    before: (step) => {
      stop = duration.startTimer({ step });
    },
    after: (step, count) => {
      stop?.();
      if (step !== 'acknowledge') return;
      groups.observe(count);
      entries.inc(count);
    },
  };
}

const ROTATION_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];

export function erasureMetrics(registry: Registry): ErasureObserver {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const done = counter('chirograph_erasures_total', 'Erasures with a certificate since the start.');
  const failed = counter(
    'chirograph_erasure_runs_failed_total',
    'Runs of erasures that ended with an error since the start.',
  );
  const secrets = counter(
    'chirograph_secrets_destroyed_total',
    'Secrets that erasures have destroyed since the start.',
  );
  const rotation = new Histogram({
    name: 'chirograph_vault_rotation_seconds',
    help: 'Time that the rotation of a vault took.',
    buckets: ROTATION_SECONDS,
    registers,
  });
  return {
    rotated: (seconds) => {
      rotation.observe(seconds);
    },
    done: (count) => {
      done.inc();
      secrets.inc(count);
    },
    failed: () => {
      failed.inc();
    },
  };
}

/** Read when they are asked for. */
export function nodeMetrics(registry: Registry, node: LedgerNode): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('chirograph_commit_backlog_entries', 'Entries that wait for a commit.', () => {
    return node.store.backlog;
  });
  gauge('chirograph_ledgers', "Ledgers, the node's own among them.", () => {
    return node.store.allLedgers().length;
  });
  gauge('chirograph_entries', 'Entries in all logs that are written.', () => {
    return node.store.allLedgers().reduce((sum, { reader }) => sum + reader.head.size, 0);
  });
  gauge('chirograph_epoch_log_size', 'Entries of the epoch log.', () => {
    return node.anchorStatus().epochSize;
  });
  gauge('chirograph_anchored_epoch_log_size', 'What of it is final in the chain.', () => {
    return node.anchorStatus().settledSize;
  });
  gauge(
    'chirograph_inconsistent_logs',
    'Logs that do not extend the head that an epoch took of them.',
    () => node.anchorStatus().inconsistent.length,
  );
}

/** Read when they are asked for; what is not known has no value. */
export function anchorMetrics(registry: Registry, node: LedgerNode): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    read: (status: AnchorStatus) => number | bigint | null,
  ): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read(node.anchorStatus());
        this.reset();
        if (value !== null) this.set(Number(value));
      },
    });
  };
  gauge('chirograph_anchor_balance_satoshi', 'What the chain of anchors has left.', (status) => {
    return status.report.balance;
  });
  gauge('chirograph_anchor_fee_rate', 'Satoshi per virtual byte at the last look.', (status) => {
    return status.report.rate;
  });
  gauge('chirograph_anchor_paid_satoshi', 'Fees of final anchors, in all.', (status) => {
    return status.report.paidInAll;
  });
  gauge('chirograph_anchor_paid_this_month_satoshi', 'The same, of this month (UTC).', (status) => {
    return status.report.paidThisMonth;
  });
  gauge('chirograph_anchor_runway_days', 'How long the balance lasts.', (status) => {
    return status.report.runwayDays;
  });
  gauge('chirograph_anchor_last_final_seconds', 'When the last became final, since 1970.', (now) =>
    secondsOf(now.report.lastSettledAt),
  );
  gauge(
    'chirograph_anchor_waiting_since_seconds',
    'When the oldest epoch that waits was made, since 1970.',
    (now) => secondsOf(now.waitingSince),
  );
  new Gauge({
    name: 'chirograph_anchor_alarm',
    help: 'Whether the alarm is on.',
    labelNames: ['alarm'] as const,
    registers,
    collect() {
      const { alarms } = node.anchorStatus().report;
      for (const alarm of ANCHOR_ALARMS) this.set({ alarm }, alarms.includes(alarm) ? 1 : 0);
    },
  });
}

function secondsOf(at: UnixMillis | null): number | null {
  return at === null ? null : at / 1_000;
}

/** Read when they are asked for. */
export function viewMetrics(registry: Registry, views: NodeViews): void {
  new Gauge({
    name: 'chirograph_view_lag_entries',
    help: 'Entries of all logs that are in no view yet.',
    registers: [registry],
    async collect() {
      this.set(await views.lag());
    },
  });
}

/** Read when they are asked for; an authority that has never stamped has no skew and no last success. */
export function signingMetrics(registry: Registry, signing: SigningServices): void {
  const registers = [registry];
  const labelNames = ['authority'] as const;
  const byAuthority = (
    name: string,
    help: string,
    read: (health: AuthorityHealth) => number | null,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const health of signing.health().timeStamps) {
          const value = read(health);
          if (value !== null) this.set({ authority: health.name }, value);
        }
      },
    });
  };
  byAuthority('chirograph_time_stamps_made', 'Time-stamps since the start.', (health) => {
    return health.stamped;
  });
  byAuthority('chirograph_time_stamps_failed', 'Tries without one since the start.', (health) => {
    return health.failed;
  });
  byAuthority(
    'chirograph_time_stamp_last_success_seconds',
    'When the last one was received, in seconds since 1970.',
    ({ lastSuccessAt }) => (lastSuccessAt === null ? null : lastSuccessAt / 1_000),
  );
  byAuthority(
    'chirograph_time_stamp_skew_seconds',
    "The authority's clock less this node's.",
    ({ skewMillis }) => (skewMillis === null ? null : skewMillis / 1_000),
  );
  byAuthority(
    'chirograph_time_stamp_requests_left',
    'What is left of its budget of requests on this day and in this month.',
    ({ requestsLeft }) => requestsLeft,
  );
  new Gauge({
    name: 'chirograph_revocation_failed',
    help: 'Places of revocation that gave nothing since the start.',
    registers,
    collect() {
      this.set(signing.health().revocation.failed);
    },
  });
}
