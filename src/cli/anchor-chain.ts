/** `chirograph anchor top-up`, `successor` and `new-key`: what a chain of anchors lives on, and what comes after it. */
import { type Command, Option } from 'commander';
import { systemClock } from '../base/time.js';
import { SUCCESSION_CAUSES } from '../records/statement.js';
import { replaceAnchorKey } from '../replace-anchor-key.js';
import { anchorCoinSchema, expected } from './answers.js';
import { withExamples } from './command-help.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface CoinFlags extends NodeFlags {
  readonly json?: true;
}

interface SuccessorFlags extends CoinFlags {
  readonly why: string;
}

const PATH = '/v1/anchors';

export function addAnchorChainCommands(anchor: Command, terminal: Terminal): void {
  const coin = `${'9e772641'.repeat(8)}:0`;
  const topUp = withNodeOptions(anchor.command('top-up <coin>'))
    .description(
      'name a coin (TXID:OUTPUT, paid to the anchor address) for the next anchor to pay in',
    )
    .action(async (outpoint: string, flags: CoinFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({
        method: 'POST',
        path: `${PATH}/top-ups`,
        body: { outpoint },
      });
      const { value } = expected(anchorCoinSchema, answer);
      printResult(terminal, flags.json, answer, [`${value} sat wait for the next anchor`]);
    });
  withExamples(topUp, `chirograph anchor top-up ${coin}`);

  const successor = withNodeOptions(anchor.command('successor [coin]'))
    .description(
      'begin another chain of anchors, under another key, where the one before has ended',
    )
    .addOption(
      new Option('--why <cause>', 'what the epoch log says of it, for good')
        .choices(SUCCESSION_CAUSES)
        .makeOptionMandatory(),
    )
    .action(async (outpoint: string | undefined, flags: SuccessorFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({
        method: 'POST',
        path: `${PATH}/successor`,
        body: { ...(outpoint !== undefined && { outpoint }), why: flags.why },
      });
      const { before, outpoint: first, value } = expected(anchorCoinSchema, answer);
      printResult(terminal, flags.json, answer, [
        `the chain that ended at ${oneLine(before ?? 'no coin')} goes on from ${oneLine(first)}, ${value} sat`,
      ]);
    });
  withExamples(successor, `chirograph anchor successor ${coin} --why key-change`);

  addNewKeyCommand(anchor, terminal);
}

function addNewKeyCommand(anchor: Command, terminal: Terminal): void {
  const newKey = withStoreOptions(anchor.command('new-key'))
    .description(
      'make another anchor key in the key store of a stopped node; the chain ends until it is succeeded',
    )
    .action(async (flags: StoreFlags) => {
      const store = await closedStore(flags, terminal);
      const { kept } = await replaceAnchorKey({ ...store, clock: systemClock });
      printResult(terminal, flags.json, { kept }, [
        kept === null ? 'the old key was lost' : `the old key is kept as ${kept} in the key store`,
        'next: start the node, pay to its anchor address, and name the coin in `chirograph anchor successor`',
      ]);
    });
  withExamples(newKey, 'chirograph anchor new-key --data chirograph-data');
  newKey.addHelpText(
    'after',
    '\nA key in a token or elsewhere (--anchor-key pkcs11 or psbt) is replaced by naming another in\n--anchor-public-key; what comes after is the same.',
  );
}
