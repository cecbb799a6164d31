/** `chirograph replication`: this node among its peers, and how it stands with them. */
import type { Command } from 'commander';
import { z } from 'zod';
import { expected } from './answers.js';
import { blindPeerLines, blindPeerSchema } from './blind-peer-lines.js';
import { columns } from './columns.js';
import { withExamples } from './command-help.js';
import { contentLines, contentSchema } from './content-lines.js';
import { isKeepingWrong, keepersLines, keepersSchema } from './keeper-lines.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { addReplicationFetchCommand } from './replication-fetch.js';
import { addReplicationKeysCommand } from './replication-keys.js';
import { sharedLedgerLines, sharedLedgerSchema } from './shared-ledger-lines.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

export function addReplicationCommand(program: Command, terminal: Terminal, end: End): void {
  const replication = program
    .command('replication')
    .description('links between nodes, and the ledgers that they keep together');
  const status = withNodeOptions(replication.command('status'))
    .description('say how a node stands with its peers; ends with 1 where something is wrong')
    .action(async (flags: NodeFlags & { readonly json?: true }) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: '/v1/replication' });
      const said = expected(statusSchema, answer);
      printResult(terminal, flags.json, answer, linesOf(said));
      const content = said.content === null ? [] : [said.content];
      const looked = [...said.ledgers, ...said.blindPeers, ...content];
      const isWrong =
        looked.some(({ troubles }) => troubles.length > 0) ||
        (said.keepers !== null && isKeepingWrong(said.keepers));
      end(isWrong ? EXIT.no : EXIT.done);
    });
  withExamples(status, 'chirograph replication status --url http://127.0.0.1:8787');
  addReplicationKeysCommand(replication, terminal);
  addReplicationFetchCommand(replication, terminal, end);
}

const peerSchema = z.object({
  name: z.string(),
  state: z.string(),
  via: z.string().nullable(),
  since: z.string().nullable(),
  rttMillis: z.number().nullable(),
  clockSkewed: z.boolean(),
  clockOffsetMillis: z.number().nullable(),
  reconnects: z.number(),
  lastFailure: z.string().nullable(),
});
type PeerView = z.infer<typeof peerSchema>;
const statusSchema = z.object({
  node: z.object({ site: z.string(), country: z.string().nullable(), receiptKey: z.string() }),
  links: z.object({ peers: z.array(peerSchema) }),
  ledgers: z.array(sharedLedgerSchema),
  keepers: keepersSchema.nullable(),
  blindPeers: z.array(blindPeerSchema),
  content: contentSchema.nullable(),
  warnings: z.array(z.string()),
});

function linesOf(status: z.infer<typeof statusSchema>): string[] {
  const { node, links, ledgers, keepers, blindPeers, content, warnings } = status;
  const country = node.country === null ? '' : `, ${node.country}`;
  return [
    `this node: site ${oneLine(node.site)}${oneLine(country)}, receipt key ${oneLine(node.receiptKey)}`,
    ...columns(['PEER', 'LINK', 'SINCE', 'ROUND TRIP', 'LINKS'], links.peers.map(peerCells)),
    ...links.peers.flatMap(peerRemarks),
    ...(ledgers.length === 0 ? ['no ledger is shared'] : sharedLedgerLines(ledgers)),
    ...(keepers === null ? [] : keepersLines(keepers)),
    ...blindPeerLines(blindPeers),
    ...(content === null ? [] : contentLines(content)),
    ...warnings.map((warning) => `warning: ${oneLine(warning)}`),
  ];
}

function peerCells({ name, state, via, since, rttMillis, reconnects }: PeerView): string[] {
  const how = via === null ? state : `${state} (${via})`;
  const trip = rttMillis === null ? '-' : `${Math.round(rttMillis)} ms`;
  return [name, how, since ?? 'never', trip, String(reconnects + (since === null ? 0 : 1))];
}

/** What a column has no room for. */
function peerRemarks({ name, lastFailure, clockSkewed, clockOffsetMillis }: PeerView): string[] {
  return [
    ...(lastFailure === null ? [] : [`${oneLine(name)}: ${oneLine(lastFailure)}`]),
    ...(clockSkewed ? [`${oneLine(name)}: its clock is off by ${clockOffsetMillis} ms`] : []),
  ];
}
