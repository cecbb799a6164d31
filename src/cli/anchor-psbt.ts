/** `chirograph anchor psbt`: carries anchors to whoever has their key, and the signed ones back. */
import type { Command } from 'commander';
import { z } from 'zod';
import { fromBase64, toBase64, utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { MAX_PSBT_BYTES } from '../commands/sign-anchors.js';
import { expected } from './answers.js';
import { withExamples } from './command-help.js';
import { readFileUpTo, writeOwnFile } from './files.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface PsbtFlags extends NodeFlags {
  readonly json?: true;
}

const PATH = '/v1/anchors/psbt';
const NOTHING = 'no anchor waits for a signature';
/** `psbt` and a byte that no text has (BIP 174). */
const MAGIC = [0x70, 0x73, 0x62, 0x74, 0xff];

const anchorSchema = z.object({ txid: z.string(), epochSize: z.number(), fee: z.number() });
type Anchor = z.output<typeof anchorSchema>;
const unsignedSchema = z.object({
  items: z.array(anchorSchema.extend({ since: z.string().nullable(), psbt: z.string() })),
});
const acceptedSchema = anchorSchema.extend({ failure: z.string().nullable() });

export function addAnchorPsbtCommands(anchor: Command, terminal: Terminal, end: End): void {
  const psbt = anchor
    .command('psbt')
    .description('carry anchors to a key that is elsewhere, and back (hardware wallets: untried)');

  const list = withNodeOptions(psbt.command('list'))
    .description('list anchors that wait for a signature, newest first')
    .action(async (flags: PsbtFlags) => {
      const answer = await nodeClientFor(flags, terminal).request({ method: 'GET', path: PATH });
      const { items } = expected(unsignedSchema, answer);
      const lines = items.map((item) => `${lineOf(item)}, since ${oneLine(item.since ?? 'now')}`);
      printResult(terminal, flags.json, answer, lines.length === 0 ? [NOTHING] : lines);
    });
  withExamples(list, 'chirograph anchor psbt list --json');

  const exporting = withNodeOptions(psbt.command('export <file>'))
    .description('write the newest of them to a file; exit code 1 if there is none')
    .action(async (file: string, flags: PsbtFlags) => {
      const answer = await nodeClientFor(flags, terminal).request({ method: 'GET', path: PATH });
      const [newest] = expected(unsignedSchema, answer).items;
      if (newest === undefined) {
        printResult(terminal, flags.json, { file: null }, [NOTHING]);
        end(EXIT.no);
        return;
      }
      await writeOwnFile(file, fromBase64(newest.psbt));
      const { txid, epochSize, fee } = newest;
      printResult(terminal, flags.json, { file, txid, epochSize, fee }, [
        `wrote ${oneLine(file)}: ${lineOf(newest)}`,
      ]);
    });
  withExamples(exporting, 'chirograph anchor psbt export anchor.psbt');
  exporting.addHelpText(
    'after',
    '\nA wallet must show one payment back to the anchor address, no amount in the other output, and the fee\nthat is printed here. It must not add or drop anything: what is not byte for byte the transaction that was\nwritten is refused. Hardware wallets are untried: a device that signs PSBTs (BIP 174) would try them.',
  );

  const importing = withNodeOptions(psbt.command('import <file>'))
    .description('hand in the signed one, in binary or base64')
    .action(async (file: string, flags: PsbtFlags) => {
      const bytes = psbtIn(await readFileUpTo(file, 2 * MAX_PSBT_BYTES));
      const answer = await nodeClientFor(flags, terminal).request({
        method: 'POST',
        path: PATH,
        body: { psbt: toBase64(bytes) },
      });
      const accepted = expected(acceptedSchema, answer);
      const sent = accepted.failure === null ? 'sent' : `sent later (${oneLine(accepted.failure)})`;
      printResult(terminal, flags.json, answer, [`signed and ${sent}: ${lineOf(accepted)}`]);
    });
  withExamples(importing, 'chirograph anchor psbt import anchor-signed.psbt');
}

function lineOf({ txid, epochSize, fee }: Anchor): string {
  return `${oneLine(txid)}, ${epochSize} epochs, fee ${fee} sat`;
}

/** Wallets write either form. What is neither goes to the node as it is, which says what is wrong with it. */
function psbtIn(bytes: Uint8Array): Uint8Array {
  if (MAGIC.every((byte, at) => bytes[at] === byte)) return bytes;
  try {
    return fromBase64(utf8ToString(bytes).trim());
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    return bytes;
  }
}
