/** `chirograph anchor`: puts the present heads of a node into its chain, and says how far they are. */
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { ANCHOR_ALARM_TEXTS, ANCHOR_ALARMS } from '../anchoring/anchor-report.js';
import type { JsonValue } from '../base/canonical-json.js';
import { addAnchorChainCommands } from './anchor-chain.js';
import { addAnchorPsbtCommands } from './anchor-psbt.js';
import { type Anchors, anchorsSchema, expected } from './answers.js';
import { withExamples } from './command-help.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { createProgress } from './progress.js';
import { type End, oneLine, printResult, type Terminal } from './terminal.js';

interface AnchorFlags extends NodeFlags {
  readonly json?: true;
  /** False with --no-wait. */
  readonly wait?: boolean;
}

export function addAnchorCommand(program: Command, terminal: Terminal, end: End): void {
  const anchor = program
    .command('anchor')
    .description("anchor a node's ledgers in a blockchain (Bitcoin mainnet: untried)");

  const now = withNodeOptions(anchor.command('now'))
    .description('anchor the present heads, and wait until they are final')
    .option('--no-wait', 'return when they are on their way')
    .action(async (flags: AnchorFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: PATH });
      print(
        terminal,
        flags,
        flags.wait === false ? answer : await settled(client, answer, terminal),
      );
    });
  withExamples(now, 'chirograph anchor now --url http://127.0.0.1:8787');
  now.addHelpText(
    'after',
    '\nBitcoin mainnet is untried: devchain and regtest are what this version was run with. A node on\nmainnet, with a small coin in its wallet, would try it.',
  );

  const status = withNodeOptions(anchor.command('status'))
    .description('say how far the epochs have come into the chain')
    .action(async (flags: AnchorFlags) => {
      const client = nodeClientFor(flags, terminal);
      print(terminal, flags, await client.request({ method: 'GET', path: PATH }));
    });
  withExamples(status, 'chirograph anchor status --url http://127.0.0.1:8787');

  addAnchorChainCommands(anchor, terminal);
  addAnchorPsbtCommands(anchor, terminal, end);
}

const PATH = '/v1/anchors';

/** A devchain settles at once, a chain that costs something in hours. */
const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 10_000;

/** Asks until what was the head when `answer` was given is final. */
async function settled(
  client: NodeClient,
  answer: JsonValue,
  terminal: Terminal,
): Promise<JsonValue> {
  const { epochSize: wanted } = expected(anchorsSchema, answer);
  const progress = createProgress(terminal);
  let wait = FIRST_WAIT_MILLIS;
  try {
    for (let last = answer; ; last = await client.request({ method: 'GET', path: PATH })) {
      const state = expected(anchorsSchema, last);
      if (state.settledSize >= wanted) return last;
      progress.show(stateOf(state));
      await setTimeout(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MILLIS);
    }
  } finally {
    progress.end();
  }
}

function print(terminal: Terminal, { json }: AnchorFlags, answer: JsonValue): void {
  const state = expected(anchorsSchema, answer);
  const { chain, development, epochSize, settledSize } = state;
  printResult(terminal, json, answer, [
    `${oneLine(chain)}${development ? ' (development: proves nothing to others)' : ''}`,
    `${settledSize} of ${epochSize} entries of the epoch log are final; ${stateOf(state)}`,
    ...witnessesOf(state),
    ...endedOf(state),
    ...signingOf(state),
    ...fundsOf(state),
    ...state.alarms.map((alarm) => `alarm: ${alarmText(alarm)}`),
  ]);
}

function stateOf({ pending }: Anchors): string {
  if (pending.state === 'idle') return 'nothing is on its way';
  const starved = pending.isStarved ? ', waiting for fees within the budget' : '';
  return `${pending.epochSize} on their way, ${pending.confirmations} confirmations${starved}`;
}

/** Nothing where nobody is asked. */
function witnessesOf({ witnesses, epochSize }: Anchors): string[] {
  if (witnesses === null) return [];
  const { size, missed } = witnesses;
  const late = missed > 0 ? `; too few have cosigned, ${missed} times in a row` : '';
  return [`${size} of ${epochSize} are cosigned by witnesses${late}`];
}

/** Nothing where the first chain still goes on. */
function endedOf({ ended }: Anchors): string[] {
  return ended.map(({ last, value, closed: { txid, height }, isSucceeded }) => {
    const why =
      txid === undefined
        ? 'its key was lost or replaced'
        : `${oneLine(txid)} spent its coin${height === undefined ? '' : ` in block ${height}`}`;
    const then = isSucceeded ? 'another goes on for it' : 'none goes on for it yet';
    return `a chain of anchors ended at ${oneLine(last)}, ${value} sat: ${why}; ${then}`;
  });
}

/** Nothing where the key signs at once. */
function signingOf({ signing: { key, failure, waiting } }: Anchors): string[] {
  const lines: string[] = [];
  if (failure !== null)
    lines.push(`the anchor key (${oneLine(key)}) cannot sign: ${oneLine(failure)}`);
  if (waiting !== null)
    lines.push(
      `an anchor of ${waiting.epochSize} epochs waits for its signature since ${oneLine(waiting.since)}: chirograph anchor psbt export`,
    );
  return lines;
}

/** Nothing where the chain costs nothing. */
function fundsOf({ development, funds, waiting, lastFinalAt }: Anchors): string[] {
  const { balance, feeRate, paidThisMonth, monthlyBudget, paidInAll, runwayDays, starved } = funds;
  const lines: string[] = [];
  if (development && monthlyBudget === null) return lines;
  if (waiting.since !== null)
    lines.push(`${waiting.epochs} epochs wait, the oldest since ${oneLine(waiting.since)}`);
  if (lastFinalAt !== null) lines.push(`the last anchor became final at ${oneLine(lastFinalAt)}`);
  const days = runwayDays === null ? '' : `, for ${Math.floor(runwayDays)} days`;
  const rate = feeRate === null ? '' : ` at ${feeRate} sat/vB`;
  if (balance !== null) lines.push(`${balance} sat are left${rate}${days}`);
  const budget = monthlyBudget === null ? '' : ` of ${monthlyBudget}`;
  lines.push(`${paidThisMonth}${budget} sat paid this month, ${paidInAll} in all`);
  if (starved !== null)
    lines.push(
      `the anchor that waits would cost ${starved.wanted} sat: above the limit of the ${LIMITS[starved.limit] ?? 'node'}`,
    );
  return lines;
}

const LIMITS: Readonly<Record<string, string>> = {
  anchor: 'anchor',
  month: 'month',
  funds: 'balance',
};

/** A newer node may have alarms that this version does not know. */
function alarmText(alarm: string): string {
  const known = ANCHOR_ALARMS.find((one) => one === alarm);
  return known === undefined ? oneLine(alarm) : ANCHOR_ALARM_TEXTS[known];
}
