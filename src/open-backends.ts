/**
 * Who else is given the epoch log besides a chain and witnesses: time-stamp authorities. And what all
 * of them say of themselves, alike: for the API, for /readyz, for monitoring.
 */
import { Gauge, type Registry } from 'prom-client';
import type { BackendStatus } from './anchoring/backend-status.js';
import { EpochStamper } from './anchoring/epoch-stamper.js';
import { FIRST_EPOCH } from './anchoring/read-epoch.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { WitnessStatus } from './checkpoint/witness-status.js';
import type { AnchorStatus } from './commands/anchor-now.js';
import type { Config } from './config.js';
import type { OpenedNode } from './open-node.js';

export interface Backends {
  /** Gives them the newest epoch, without waiting for any. */
  begin(): void;
  /** In the order of `BACKEND_KINDS`; those that are not configured are not there. */
  statuses(): readonly BackendStatus[];
  /** Reasons of `readinessOf`; no names, because anyone may ask. */
  reasons(): readonly string[];
  stop(): Promise<void>;
}

export interface BackendParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface OtherBackends {
  readonly witnesses: () => WitnessStatus | null;
  /** Tries in a row to anchor that failed. */
  readonly chainFailures: () => number;
}

export function openBackends(
  config: Pick<Config, 'epochTimeStamps' | 'epochTimeStampMillis'>,
  parts: BackendParts,
  opened: Pick<OpenedNode, 'node' | 'signing'>,
  registry: Registry,
  others: OtherBackends,
): Backends {
  const { node } = opened;
  const stamper = stamperOf(config, parts, opened);
  const statuses = (): readonly BackendStatus[] => [
    chainStatus(node.chain, node.anchorStatus(), others.chainFailures()),
    ...witnessesStatus(others.witnesses()),
    ...(stamper === null ? [] : [stamperStatus(stamper)]),
  ];
  measure(registry, statuses, () => node.anchorStatus().epochSize);
  return {
    begin: () => {
      stamper?.begin();
    },
    statuses,
    reasons: () => reasonsOf(stamper),
    stop: async () => {
      await stamper?.stop();
    },
  };
}

function stamperOf(
  {
    epochTimeStamps,
    epochTimeStampMillis: intervalMillis,
  }: Pick<Config, 'epochTimeStamps' | 'epochTimeStampMillis'>,
  { clock, logger }: BackendParts,
  { node, signing: { timeStamps: authority } }: Pick<OpenedNode, 'node' | 'signing'>,
): EpochStamper | null {
  if (authority === null || epochTimeStamps === 'off') return null;
  const { epochs } = node.epochs;
  return new EpochStamper({
    epochs,
    stamps: node.stamps,
    authority,
    intervalMillis,
    clock,
    logger,
  });
}

function reasonsOf(stamper: EpochStamper | null): readonly string[] {
  const missed = stamper?.status.missed ?? 0;
  return missed === 0
    ? []
    : [`the epoch log was not time-stamped, ${missed} tries in a row: see the log`];
}

/** What fails there is told as the state of anchoring; alarms likewise. */
function chainStatus(
  chain: string,
  { settledSize: size, report }: AnchorStatus,
  missed: number,
): BackendStatus {
  return {
    ...{ kind: 'chain', name: chain, size, missed, failure: null, nextAt: null },
    at: report.lastSettledAt,
    alarms: report.alarms.map((code) => ({ code, subject: null })),
  };
}

function witnessesStatus(status: WitnessStatus | null): readonly BackendStatus[] {
  if (status === null) return [];
  const { size, at, missed, failures } = status;
  const failure = missed === 0 ? null : (failures[0]?.code ?? null);
  return [
    { ...{ kind: 'witnesses', name: null, size, at, missed, failure }, nextAt: null, alarms: [] },
  ];
}

function stamperStatus({ status }: EpochStamper): BackendStatus {
  const { authority: name, ...rest } = status;
  return { kind: 'time-stamps', name, ...rest, alarms: [] };
}

/** Read when they are asked for. */
function measure(
  registry: Registry,
  statuses: () => readonly BackendStatus[],
  epochSize: () => number,
): void {
  const gauge = (
    name: string,
    help: string,
    read: (status: BackendStatus) => number | null,
  ): void => {
    new Gauge({
      ...{ name, help, registers: [registry], labelNames: ['backend'] as const },
      collect() {
        this.reset();
        for (const status of statuses()) {
          const value = read(status);
          if (value !== null) this.set({ backend: status.kind }, value);
        }
      },
    });
  };
  gauge('chirograph_epoch_backend_size', 'What of the epoch log the backend has.', ({ size }) => {
    return size;
  });
  gauge('chirograph_epoch_backend_waiting', 'Epochs that the backend does not have.', (status) =>
    Math.max(0, epochSize() - Math.max(FIRST_EPOCH, status.size)),
  );
  gauge('chirograph_epoch_backend_missed', 'Tries in a row that failed.', ({ missed }) => missed);
  gauge(
    'chirograph_epoch_backend_last_seconds',
    'When it came to have that, since 1970.',
    ({ at }) => (at === null ? null : at / 1_000),
  );
  gauge('chirograph_epoch_backend_alarms', 'Alarms that call for an operator.', (status) => {
    return status.alarms.length;
  });
}
