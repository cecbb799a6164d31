/** What is wrong with a keeper, or with a log that is kept: decided here for status, readiness and metrics. */
import type { KeepersStatus, KeeperStatus, KeptLogStatus } from './keepers-port.js';

export const KEEPER_TROUBLES = ['away', 'refused', 'ahead', 'contradicts'] as const;
export type KeeperTroubleKind = (typeof KEEPER_TROUBLES)[number];

export const KEPT_TROUBLES = ['alarm', 'full'] as const;
export type KeptTroubleKind = (typeof KEPT_TROUBLES)[number];

export function keeperTroublesOf(keeper: KeeperStatus): readonly KeeperTroubleKind[] {
  const { isLinked, refusal, trouble } = keeper;
  return KEEPER_TROUBLES.filter(
    (kind) =>
      (kind === 'away' && !isLinked) ||
      (kind === 'refused' && refusal !== null) ||
      kind === trouble,
  );
}

export function keptTroublesOf({ alarm, isFull }: KeptLogStatus): readonly KeptTroubleKind[] {
  return KEPT_TROUBLES.filter((kind) => (kind === 'alarm' ? alarm !== null : isFull));
}

const REFUSED: Readonly<Record<NonNullable<KeeperStatus['refusal']>, string>> = {
  full: 'it keeps as much for this node as it may: have its operator raise keeps, or name another',
  keys: 'it knows the log by other keys than this node has',
  member: 'it keeps the ledger with its group, or has it as its own',
  stopped:
    'it has seen two histories of the log, and follows it no more: ask its operator for the proof',
  'no-witness': 'it is no witness: have its operator make its witness key',
  unproven: 'it has cosigned a history that this log does not go on from',
};

/** For people. */
export function keeperTroubleText(kind: KeeperTroubleKind, keeper: KeeperStatus): string {
  const who = keeper.name ?? keeper.node.slice(0, 8);
  if (kind === 'away') return `${who} is not linked`;
  if (kind === 'refused')
    return `${who} does not keep it: ${keeper.refusal === null ? '' : REFUSED[keeper.refusal]}`;
  if (kind === 'ahead')
    return `${who} has more of the log than this node: entries were lost here, or another node writes it too`;
  return `${who} has another history of the log than this node`;
}

/** For people. */
export function keptTroubleText(kind: KeptTroubleKind, { alarm }: KeptLogStatus): string {
  if (kind === 'full') return 'there is no room for it within the limits of its peer';
  return `alarm ${alarm?.code ?? ''}: ${alarm?.detail ?? ''}`;
}

/** Reasons of `readinessOf`; no names, because anyone may ask. A keeper that is away is none: ledgers do without. */
export function keeperReasons({ kept, ledgers }: KeepersStatus): readonly string[] {
  const keepers = ledgers.flatMap((one) => one.keepers);
  const count = (kind: KeeperTroubleKind): number =>
    keepers.filter((keeper) => keeperTroublesOf(keeper).includes(kind)).length;
  const wrong = count('ahead') + count('contradicts');
  const alarms = kept.filter(({ alarm }) => alarm !== null).length;
  return [
    ...(count('refused') > 0 ? [`${count('refused')} keepers do not keep: see the status`] : []),
    ...(wrong > 0 ? [`${wrong} keepers have what a ledger here has not: see the status`] : []),
    ...(alarms > 0 ? [`${alarms} logs that are kept for peers have an alarm: see the log`] : []),
  ];
}
