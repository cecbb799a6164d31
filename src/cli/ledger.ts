/** `chirograph ledger`: which nodes keep a ledger, and which of them writes it. */
import type { Command } from 'commander';
import { z } from 'zod';
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { addKeepersCommand } from './ledger-keepers.js';
import { ledgerPath, type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { numberOf } from './server-options.js';
import { groupLines, sharedLedgerSchema } from './shared-ledger-lines.js';
import { type End, EXIT, printAnswer, type Terminal } from './terminal.js';

interface GroupFlags extends NodeFlags {
  readonly member?: readonly string[];
  readonly alone?: true;
  readonly writeQuorum?: string;
  readonly voteQuorum?: string;
  readonly sites?: string;
  readonly countries?: string;
  readonly json?: true;
}

const ABOUT = `
The node that is asked is always a member: it writes. Members are called as in its own settings,
where their sites and countries are as well. A member keeps the data, and may become the writer;
:copy-only keeps them and never writes, :vote-only has a vote and no data. Quorums are majorities
unless given. Two sites need a third with a vote, or the loss of one stops the ledger; a group
that one site's loss stops is warned of.`;

export function addLedgerCommand(program: Command, terminal: Terminal, end: End): void {
  const ledger = program
    .command('ledger')
    .description('which nodes keep a ledger, and which of them writes it');
  const group = withNodeOptions(ledger.command('group').argument('<ledger>'))
    .description('show which nodes keep a ledger together, or set them')
    .option(
      '--member <peer>',
      'a peer that keeps it, with :copy-only or :vote-only; may be repeated',
      repeated,
    )
    .option('--alone', 'no peer keeps it any more')
    .option('--write-quorum <number>', 'members with data that must have an entry to show it')
    .option('--vote-quorum <number>', 'members that must agree on another writer')
    .option('--sites <number>', 'sites that a write quorum spans at least')
    .option('--countries <list>', 'where data may lie, ISO 3166-1: DE,FR')
    .action(async (name: string, flags: GroupFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${ledgerPath(name)}/group`;
      const body = wished(flags);
      const answer = await client.request(
        body === null ? { method: 'GET', path } : { method: 'PUT', path, body },
      );
      printAnswer(terminal, flags, answer, sharedLines);
    });
  group.addHelpText('after', ABOUT);
  withExamples(
    group,
    'chirograph ledger group kyc',
    'chirograph ledger group kyc --member paris --member rome:vote-only --countries DE,FR',
  );
  addKeepersCommand(ledger, terminal);
  const move = withNodeOptions(ledger.command('move').argument('<ledger>'))
    .description('let another node write a ledger; ends when it does')
    .requiredOption('--to <peer>', 'the member that is to write')
    .action(async (name: string, flags: NodeFlags & { readonly to: string; json?: true }) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${ledgerPath(name)}/move`;
      const answer = await client.request({ method: 'POST', path, body: { to: flags.to } });
      printAnswer(terminal, flags, answer, sharedLines);
    });
  withExamples(move, 'chirograph ledger move kyc --to paris');
  const misbehaviour = withNodeOptions(ledger.command('misbehaviour').argument('<ledger>'))
    .description(
      'print what proves to anyone that the writer of a ledger told two histories, for `chirograph verify`; ends with 1 where nothing does',
    )
    .action(async (name: string, flags: NodeFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${ledgerPath(name)}/misbehaviour`;
      const answer = await client.request({ method: 'GET', path });
      const { misbehaviour: proof } = expected(provenSchema, answer);
      if (proof === null)
        terminal.stderr('chirograph: this node has no such proof of the ledger\n');
      // The very bytes that the node keeps: RFC 8785 has one encoding, and no line ends it.
      else terminal.stdout(canonicalJson(proof as JsonObject));
      end(proof === null ? EXIT.no : EXIT.done);
    });
  withExamples(misbehaviour, 'chirograph ledger misbehaviour kyc > kyc.misbehaviour.json');
}

/** Null where nothing is to be set. */
function wished(flags: GroupFlags): JsonObject | null {
  const { member = [], alone, countries } = flags;
  const numbers = definedMembers({
    writeQuorum: numberFrom('--write-quorum', flags.writeQuorum),
    voteQuorum: numberFrom('--vote-quorum', flags.voteQuorum),
    sites: numberFrom('--sites', flags.sites),
    countries: countries?.split(','),
  });
  if (member.length > 0 && alone === true)
    throw new CliError('CLI_USAGE', '--alone goes without --member');
  if (member.length > 0 || alone === true) return { members: member.map(memberOf), ...numbers };
  if (Object.keys(numbers).length > 0)
    throw new CliError('CLI_USAGE', 'say all members with --member, the ones that stay as well');
  return null;
}

const KINDS: Readonly<Record<string, JsonObject>> = {
  '': {},
  'copy-only': { mayWrite: false },
  'vote-only': { hasData: false },
};

function memberOf(text: string): JsonObject {
  const [peer = '', kind = '', ...rest] = text.split(':');
  const said = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (said === undefined || rest.length > 0)
    throw new CliError('CLI_USAGE', '--member is a peer, with :copy-only or :vote-only behind it');
  return { peer, ...said };
}

function numberFrom(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : numberOf(option, text, 1, 31);
}

const provenSchema = z.object({ misbehaviour: z.record(z.string(), z.unknown()).nullable() });

const NOT_SHARED = 'this node keeps it alone';

function sharedLines(answer: JsonValue): readonly string[] {
  const { shared } = expected(z.object({ shared: sharedLedgerSchema.nullable() }), answer);
  return shared === null ? [NOT_SHARED] : groupLines(shared);
}
