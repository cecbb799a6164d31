/** What /readyz says: no names of ledgers or tenants, because anyone may ask. */
import { ANCHOR_ALARM_TEXTS, type AnchorAlarm } from './anchoring/anchor-report.js';
import type { Readiness } from './api/routes/health.js';
import type { EscrowHealth } from './keys/escrow-directory.js';
import type { RecoveryReport } from './ledger/ledger-store.js';

export interface NodeHealth {
  readonly hasFailed: boolean;
  /** Why nothing is written, or null. */
  readonly refusal: string | null;
  readonly isDevelopment: boolean;
  /** Whether anchors lie on a chain that others keep too. */
  readonly isAnchoredOutside: boolean;
  readonly recovery: RecoveryReport;
  /** Entries that wait for a commit. */
  readonly backlog: number;
  /** Tries in a row to anchor that have failed. */
  readonly anchoringFailures: number;
  /** Logs that do not extend the head that an epoch took of them. */
  readonly inconsistentLogs: number;
  /** What calls for an operator: anchors wait, and nothing else does. */
  readonly anchorAlarms: readonly AnchorAlarm[];
  /** Why questions to the views are refused now, or null. */
  readonly viewsFailure: string | null;
  /** Why signatures wait for their next level; none if there is no follower. */
  readonly augmentation: readonly string[];
  /** Null where nothing is put in escrow. */
  readonly escrow: EscrowHealth | null;
}

export function readinessOf(health: NodeHealth): Readiness {
  const { hasFailed, refusal, isDevelopment, isAnchoredOutside, recovery } = health;
  const { backlog, anchoringFailures, anchorAlarms, inconsistentLogs, viewsFailure, augmentation } =
    health;
  const reasons: string[] = [];
  if (hasFailed) reasons.push('the store failed: the node must be started again');
  if (refusal !== null) reasons.push(refusal);
  if (isDevelopment) reasons.push('development: seal or chain prove nothing to others');
  // Witnesses and replicas, which would, are not there yet; an anchor remembers what was before it.
  reasons.push(
    isAnchoredOutside
      ? 'nothing outside this machine remembers what was shown after the last anchor'
      : 'nothing outside this machine remembers what was shown',
  );
  if (hasRecovered(recovery)) reasons.push(recoveryText(recovery));
  if (anchoringFailures > 0)
    reasons.push(`anchoring has failed ${anchoringFailures} times in a row: see the log`);
  if (inconsistentLogs > 0)
    reasons.push(
      `${inconsistentLogs} logs do not extend the heads that epochs took of them: their past was changed; see the log`,
    );
  reasons.push(...anchorAlarms.map((alarm) => ANCHOR_ALARM_TEXTS[alarm]));
  // Writing goes on, and whatever needs no view is answered.
  if (viewsFailure !== null) reasons.push(viewsFailure);
  reasons.push(...augmentation, ...escrowReasons(health));
  if (backlog > 0) reasons.push(`${backlog} entries wait for a commit`);
  return { ready: !hasFailed && refusal === null, reasons };
}

function escrowReasons({ escrow, isDevelopment }: NodeHealth): readonly string[] {
  // What is made for development is not missed.
  if (escrow === null)
    return isDevelopment
      ? []
      : ['nothing is in escrow: if the key store is lost, nothing can be opened any more'];
  const { development, unwritten, unremoved } = escrow;
  return [
    ...(development > 0
      ? [`${development} tenants are not in escrow: their recovery keys lie in the key store`]
      : []),
    ...(unwritten > 0
      ? [`the keys of ${unwritten} tenants are not in escrow: the directory could not be written`]
      : []),
    ...(unremoved > 0
      ? [`escrow files of destroyed keys of ${unremoved} tenants are still there: remove them`]
      : []),
  ];
}

/** Whether opening found something that a crash had left. */
export function hasRecovered({ tornBytes, logs }: RecoveryReport): boolean {
  return tornBytes > 0 || logs.length > 0;
}

function recoveryText({ tornBytes, logs }: RecoveryReport): string {
  const blocks = logs.reduce((sum, { appended }) => sum + appended, 0);
  return `recovered from a crash: ${blocks} blocks in ${logs.length} logs made good, ${tornBytes} bytes that nobody was told of dropped`;
}
