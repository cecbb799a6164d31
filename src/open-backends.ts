/**
 * Who else is given the epoch log besides a chain and witnesses: time-stamp authorities, and a directory. And what all
 * of them say of themselves, alike: for the API, for /readyz, for monitoring.
 */
import { Gauge, type Registry } from 'prom-client';
import { AnchorFiles } from './anchoring/anchor-files.js';
import type { BackendStatus } from './anchoring/backend-status.js';
import { EpochStamper } from './anchoring/epoch-stamper.js';
import { readKept } from './anchoring/epoch-witnesses.js';
import { FIRST_EPOCH } from './anchoring/read-epoch.js';
import type { TreeSize } from './base/brand.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { WitnessStatus } from './checkpoint/witness-status.js';
import type { AnchorStatus, CalendarStatus } from './commands/anchor-now.js';
import type { Config } from './config.js';
import type { WriteOnceFiles } from './keys/write-once.js';
import type { LogReader } from './ledger/log-reader.js';
import type { LedgerNode } from './ledger-node.js';
import type { OpenedNode } from './open-node.js';
import { parseCheckpoint } from './tlog/checkpoint.js';
import { parseSignedNote } from './tlog/signed-note.js';

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
  /** For tests. */
  readonly writeOnce?: WriteOnceFiles;
}

export interface OtherBackends {
  readonly witnesses: () => WitnessStatus | null;
  readonly calendars: () => CalendarStatus | null;
  /** Tries in a row to anchor that failed. */
  readonly chainFailures: () => number;
  /** Code of the last of them. */
  readonly chainFailure: () => string | null;
}

type BackendConfig = Pick<
  Config,
  'data' | 'epochTimeStamps' | 'epochTimeStampMillis' | 'anchorFiles'
>;

export function openBackends(
  config: BackendConfig,
  parts: BackendParts,
  opened: Pick<OpenedNode, 'node' | 'signing'>,
  registry: Registry,
  others: OtherBackends,
): Backends {
  const { node } = opened;
  const stamper = stamperOf(config, parts, opened);
  const files = filesOf(config, parts, node);
  const statuses = (): readonly BackendStatus[] => [
    chainStatus(node.chain, node.anchorStatus(), others),
    ...witnessesStatus(others.witnesses()),
    ...(stamper === null ? [] : [stamperStatus(stamper)]),
    ...calendarsStatus(others.calendars()),
    ...(files === null ? [] : [filesStatus(files)]),
  ];
  measure(registry, statuses, () => node.anchorStatus().epochSize);
  return {
    begin: () => {
      stamper?.begin();
      files?.begin();
    },
    statuses,
    reasons: () => reasonsOf(stamper, files),
    stop: async () => {
      await stamper?.stop();
      await files?.stop();
    },
  };
}

function stamperOf(
  { epochTimeStamps, epochTimeStampMillis: intervalMillis }: BackendConfig,
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

function filesOf(
  { anchorFiles: directory, data }: BackendConfig,
  { clock, logger, writeOnce: files }: BackendParts,
  { epochs: { epochs }, stamps }: LedgerNode,
): AnchorFiles | null {
  if (directory === undefined) return null;
  const cosigned = () => cosignedHead(data, epochs);
  const { store } = stamps;
  return new AnchorFiles({
    ...{ directory, epochs, stamps: store, cosigned, clock, logger },
    ...(files !== undefined && { files }),
  });
}

async function cosignedHead(
  dataDirectory: string,
  { origin, head }: LogReader,
): Promise<{ size: TreeSize; note: string } | null> {
  const note = await readKept(dataDirectory);
  if (note === null) return null;
  const kept = parseCheckpoint(parseSignedNote(note).text);
  return kept.origin === origin && kept.size <= head.size ? { size: kept.size, note } : null;
}

function reasonsOf(stamper: EpochStamper | null, files: AnchorFiles | null): readonly string[] {
  const unstamped = stamper?.status.missed ?? 0;
  const { missed, alarms } = files?.status ?? { missed: 0, alarms: [] };
  return [
    unstamped > 0 && `the epoch log was not time-stamped, ${unstamped} tries in a row: see the log`,
    missed > 0 && `anchor files were not written, ${missed} tries in a row: see the log`,
    alarms.length > 0 &&
      `${alarms.length} anchor files are not what the epoch log says: see the log`,
  ].filter((reason) => reason !== false);
}

/** Alarms are told as those of anchoring too. */
function chainStatus(
  chain: string,
  { settledSize: size, report }: AnchorStatus,
  { chainFailures, chainFailure }: OtherBackends,
): BackendStatus {
  const failed = { missed: chainFailures(), failure: chainFailure() ?? report.signing.failure };
  return {
    ...{ kind: 'chain', name: chain, size, ...failed, nextAt: null },
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

/** What has a block, by their word; that a promise is open is not for good. */
function calendarsStatus(status: CalendarStatus | null): readonly BackendStatus[] {
  if (status === null) return [];
  const { confirmedSize: size, lastConfirmedAt: at, missed, failures, alarms } = status;
  const failure = missed === 0 ? null : (failures[0]?.code ?? null);
  return [
    {
      ...{ kind: 'calendars', name: null, size, at, missed, failure, nextAt: null },
      alarms: alarms.map((code) => ({ code, subject: null })),
    },
  ];
}

function stamperStatus({ status }: EpochStamper): BackendStatus {
  const { authority: name, ...rest } = status;
  return { kind: 'time-stamps', name, ...rest, alarms: [] };
}

function filesStatus({ status }: AnchorFiles): BackendStatus {
  return { kind: 'files', name: null, ...status, nextAt: null };
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
