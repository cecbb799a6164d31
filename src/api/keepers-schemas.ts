/** What a node says of those who keep its ledgers, and of what it keeps for others, as JSON. */
import { z } from 'zod';
import { formatInstant } from '../base/time.js';
import {
  KEEPER_TROUBLES,
  keeperTroublesOf,
  keeperTroubleText,
  keptTroublesOf,
  keptTroubleText,
  KEPT_TROUBLES,
} from '../replication/keepers/keeper-trouble.js';
import type {
  KeepersStatus,
  KeeperStatus,
  KeptLedgerStatus,
  KeptLogStatus,
} from '../replication/keepers/keepers-port.js';
import { instantSchema } from './schemas.js';

const count = z.number().int().nonnegative();
const instantOrNull = instantSchema.nullable();
const keeperSchema = z.object({
  node: z.string().meta({ description: 'Receipt key, hex.' }),
  name: z.string().nullable().meta({ description: 'In the list of peers.' }),
  witness: z.boolean().meta({ description: 'Whether it is to cosign what it has.' }),
  linked: z.boolean(),
  length: count.nullable().meta({ description: 'Blocks that it has given a receipt for.' }),
  size: count.nullable().meta({ description: 'Entries in them.' }),
  heardAt: instantOrNull,
  cosigned: count.nullable().meta({ description: 'Size of the newest checkpoint it cosigned.' }),
  troubles: z.array(z.object({ kind: z.enum(KEEPER_TROUBLES), text: z.string() })),
});
export const keptLedgerSchema = z
  .object({
    tenant: z.string(),
    ledger: z.string(),
    origin: z.string(),
    writer: z
      .boolean()
      .meta({ description: 'Whether this node writes it, and tells its keepers.' }),
    length: count,
    size: count,
    keepers: z.array(keeperSchema),
  })
  .meta({ id: 'KeptLedger' });
const keptLogSchema = z.object({
  origin: z.string(),
  for: z.string().meta({ description: 'Receipt key of the peer whose limits it counts against.' }),
  name: z.string().nullable(),
  length: count.meta({ description: 'Blocks that are checked, and on disk.' }),
  size: count,
  heardAt: instantOrNull.meta({ description: 'When anybody said something of it last.' }),
  alarm: z.object({ at: instantSchema, code: z.string(), detail: z.string() }).nullable(),
  troubles: z.array(z.object({ kind: z.enum(KEPT_TROUBLES), text: z.string() })),
});
export const keepersSchema = z
  .object({
    ledgers: z.array(keptLedgerSchema).meta({ description: 'Of this node, and kept by others.' }),
    kept: z.array(keptLogSchema).meta({ description: 'Of others, and kept by this node.' }),
    rooms: z.array(
      z.object({
        peer: z.string(),
        logs: count,
        bytes: count,
        maxLogs: count,
        maxBytes: count,
      }),
    ),
    witness: z.string().nullable().meta({ description: 'Verifier key by which it cosigns.' }),
  })
  .meta({ id: 'Keepers' });

export function shownKeepers(status: KeepersStatus): z.infer<typeof keepersSchema> {
  const { kept, ledgers, rooms, witness } = status;
  return {
    ledgers: ledgers.map(shownKeptLedger),
    kept: kept.map(shownKeptLog),
    rooms: rooms.map((room) => ({ ...room })),
    witness,
  };
}

export function shownKeptLedger({
  isWriter,
  keepers,
  ...rest
}: KeptLedgerStatus): z.infer<typeof keptLedgerSchema> {
  return { ...rest, writer: isWriter, keepers: keepers.map(shownKeeper) };
}

function shownKeeper(keeper: KeeperStatus): z.infer<typeof keeperSchema> {
  const { cosigned, heardAt, isLinked, isWitness, length, name, node, size } = keeper;
  return {
    ...{ node, name, length, size, cosigned },
    witness: isWitness,
    linked: isLinked,
    heardAt: instantOf(heardAt),
    troubles: keeperTroublesOf(keeper).map((kind) => ({
      kind,
      text: keeperTroubleText(kind, keeper),
    })),
  };
}

function shownKeptLog(log: KeptLogStatus): z.infer<typeof keptLogSchema> {
  const { alarm, heardAt, length, name, origin, size } = log;
  return {
    ...{ origin, for: log.for, name, length, size },
    heardAt: instantOf(heardAt),
    alarm: alarm && { ...alarm, at: formatInstant(alarm.at) },
    troubles: keptTroublesOf(log).map((kind) => ({ kind, text: keptTroubleText(kind, log) })),
  };
}

function instantOf(at: Parameters<typeof formatInstant>[0] | null): string | null {
  return at === null ? null : formatInstant(at);
}
