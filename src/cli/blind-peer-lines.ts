/** Blind peers as people read them. */
import { z } from 'zod';
import { columns } from './columns.js';
import { oneLine } from './terminal.js';

export const blindPeerSchema = z.object({
  name: z.string(),
  state: z.string(),
  since: z.string(),
  lastFailure: z.string().nullable(),
  logs: z.array(
    z.object({
      tenant: z.string(),
      ledger: z.string(),
      origin: z.string(),
      blocks: z.number(),
      received: z.number().nullable(),
      behindSince: z.string().nullable(),
      withheld: z.boolean(),
    }),
  ),
  troubles: z.array(z.object({ kind: z.string(), text: z.string() })),
});
type BlindPeerView = z.infer<typeof blindPeerSchema>;

/** Each log a line, and below them what is wrong. Nothing where there are no blind peers. */
export function blindPeerLines(peers: readonly BlindPeerView[]): string[] {
  if (peers.length === 0) return [];
  return [
    ...columns(
      ['BLIND PEER', 'LINK', 'SINCE', 'LEDGER', 'BLOCKS', 'RECEIVED', 'BEHIND SINCE'],
      peers.flatMap(rowsOf),
    ),
    ...peers.flatMap(({ name, troubles }) =>
      troubles.map(({ text }) => `WRONG: blind peer ${oneLine(name)}: ${oneLine(text)}`),
    ),
  ];
}

function rowsOf({ name, state, since, lastFailure, logs }: BlindPeerView): string[][] {
  const link = lastFailure === null ? state : `${state} (${lastFailure})`;
  const of = [name, link, since];
  if (logs.length === 0) return [[...of, 'none of those chosen is here', '-', '-', '-']];
  return logs.map(({ tenant, ledger, blocks, received, behindSince, withheld }) => [
    ...of,
    `${tenant}/${ledger}`,
    String(blocks),
    withheld ? 'withheld' : received === null ? '?' : String(received),
    behindSince ?? '-',
  ]);
}
