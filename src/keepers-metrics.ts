/** What monitoring learns of keepers: of this node's ledgers, and of what it keeps for others. */
import { Gauge, type Registry } from 'prom-client';
import { KEEPER_TROUBLES, keeperTroublesOf } from './replication/keepers/keeper-trouble.js';
import type { KeepersStatus, KeeperStatus } from './replication/keepers/keepers-port.js';

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Read when they are asked for; what is not known has no value. */
export function keepersMetrics(registry: Registry, status: () => KeepersStatus): void {
  const gauge = (
    name: string,
    labelNames: readonly string[],
    help: string,
    read: (status: KeepersStatus) => readonly Row[],
  ): void => {
    new Gauge({
      ...{ name: `chirograph_${name}`, help, labelNames: [...labelNames], registers: [registry] },
      collect() {
        this.reset();
        for (const [labels, value] of read(status())) this.set(labels, value);
      },
    });
  };
  const ofKeepers =
    (read: (keeper: KeeperStatus) => number | null) =>
    ({ ledgers }: KeepersStatus): readonly Row[] =>
      ledgers.flatMap(({ keepers, origin }) =>
        keepers.flatMap((keeper): Row[] => {
          const value = read(keeper);
          return value === null ? [] : [[{ origin, node: keeper.node }, value]];
        }),
      );
  const keeper = ['origin', 'node'];
  gauge(
    'keeper_receipt_entries',
    keeper,
    'Entries that a keeper has given a receipt for.',
    ofKeepers(({ size }) => size),
  );
  gauge(
    'keeper_cosigned_entries',
    keeper,
    'Size of the newest checkpoint that a keeper has cosigned.',
    ofKeepers(({ cosigned }) => cosigned),
  );
  gauge(
    'keeper_heard_seconds',
    keeper,
    'When a keeper was last heard of the ledger, since 1970.',
    ofKeepers(({ heardAt }) => (heardAt === null ? null : heardAt / 1_000)),
  );
  gauge('keeper_trouble', [...keeper, 'trouble'], 'Whether that is wrong.', ({ ledgers }) =>
    ledgers.flatMap(({ keepers, origin }) =>
      keepers.flatMap((one) =>
        KEEPER_TROUBLES.map((trouble): Row => [
          { origin, node: one.node, trouble },
          Number(keeperTroublesOf(one).includes(trouble)),
        ]),
      ),
    ),
  );
  gauge('kept_blocks', ['origin'], 'Blocks on disk of a log kept for a peer.', ({ kept }) =>
    kept.map(({ length, origin }): Row => [{ origin }, length]),
  );
  gauge('kept_alarm', ['origin'], 'Whether such a log has an alarm.', ({ kept }) =>
    kept.map(({ alarm, origin }): Row => [{ origin }, Number(alarm !== null)]),
  );
  gauge('kept_bytes', ['peer'], 'Of all logs that are kept for a peer.', ({ rooms }) =>
    rooms.map(({ bytes, peer }): Row => [{ peer }, bytes]),
  );
}
