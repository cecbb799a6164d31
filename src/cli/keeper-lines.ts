/** Keepers as people read them. */
import { z } from 'zod';
import { columns } from './columns.js';
import { oneLine } from './terminal.js';

const troubles = z.array(z.object({ kind: z.string(), text: z.string() }));
const keeperSchema = z.object({
  node: z.string(),
  name: z.string().nullable(),
  witness: z.boolean(),
  linked: z.boolean(),
  size: z.number().nullable(),
  heardAt: z.string().nullable(),
  cosigned: z.number().nullable(),
  troubles,
});
export const keptLedgerSchema = z.object({
  tenant: z.string(),
  ledger: z.string(),
  writer: z.boolean(),
  size: z.number(),
  keepers: z.array(keeperSchema),
});
export const keepersSchema = z.object({
  ledgers: z.array(keptLedgerSchema),
  kept: z.array(
    z.object({
      origin: z.string(),
      for: z.string(),
      name: z.string().nullable(),
      length: z.number(),
      size: z.number(),
      heardAt: z.string().nullable(),
      troubles,
    }),
  ),
  rooms: z.array(
    z.object({
      peer: z.string(),
      logs: z.number(),
      bytes: z.number(),
      maxLogs: z.number(),
      maxBytes: z.number(),
    }),
  ),
});
type KeptLedgerView = z.infer<typeof keptLedgerSchema>;
type KeepersView = z.infer<typeof keepersSchema>;

/** A line a keeper, and below them what is wrong. */
export function keptLedgerLines(ledgers: readonly KeptLedgerView[]): string[] {
  const rows = ledgers.flatMap((ledger) =>
    ledger.keepers.map((keeper) => ({ ...keeper, of: ledger })),
  );
  return [
    ...columns(
      ['LEDGER', 'KEEPER', 'KIND', 'LINKED', 'HAS', 'COSIGNED', 'HEARD'],
      rows.map(({ cosigned, heardAt, linked, name, node, of, size, witness }) => [
        oneLine(`${of.tenant}/${of.ledger}`),
        oneLine(name ?? node.slice(0, 8)),
        witness ? 'witness' : 'blind',
        linked ? 'yes' : 'no',
        of.writer || size !== null ? `${size ?? '?'} of ${of.size}` : '-',
        witness ? String(cosigned ?? '-') : '-',
        heardAt ?? 'never',
      ]),
    ),
    ...rows.flatMap((row) =>
      row.troubles.map(
        ({ text }) => `WRONG: ${oneLine(`${row.of.tenant}/${row.of.ledger}: ${text}`)}`,
      ),
    ),
  ];
}

/** What others keep, and what is kept for them; nothing where neither is. */
export function keepersLines({ kept, ledgers, rooms }: KeepersView): string[] {
  return [
    ...(ledgers.length === 0 ? [] : keptLedgerLines(ledgers)),
    ...(kept.length === 0
      ? []
      : columns(
          ['KEPT LOG', 'FOR', 'BLOCKS', 'ENTRIES', 'HEARD'],
          kept.map((log) => [
            oneLine(log.origin),
            oneLine(log.name ?? log.for.slice(0, 8)),
            String(log.length),
            String(log.size),
            log.heardAt ?? 'never',
          ]),
        )),
    ...kept.flatMap((log) =>
      log.troubles.map(({ text }) => `WRONG: ${oneLine(`${log.origin}: ${text}`)}`),
    ),
    ...rooms.map(
      ({ bytes, logs, maxBytes, maxLogs, peer }) =>
        `kept for ${oneLine(peer)}: ${logs} of ${maxLogs} logs, ${bytes} of ${maxBytes} bytes`,
    ),
  ];
}

/** Whether anything is wrong that somebody should look at. */
export function isKeepingWrong({ kept, ledgers }: KeepersView): boolean {
  return (
    kept.some((log) => log.troubles.length > 0) ||
    ledgers.some(({ keepers }) => keepers.some((keeper) => keeper.troubles.length > 0))
  );
}
