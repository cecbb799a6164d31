/** `chirograph keys handover`: other keys for the log of a ledger, by the recovery key. */
import type { Command } from 'commander';
import { DEFAULT_TENANT } from '../access/tenant-name.js';
import { systemClock } from '../base/time.js';
import {
  formatHandoverRequest,
  MAX_HANDOVER_FILE_BYTES,
  parseSignedHandover,
} from '../evidence/handover-request.js';
import { finishHandover, requestHandover } from '../hand-over-log.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { readFileUpTo, writeOwnFile } from './files.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface HandoverFlags extends StoreFlags {
  readonly tenant: string;
  readonly ledger: string;
  readonly out?: string;
  readonly signed?: string;
  readonly lastSize?: string;
}

export function addHandoverCommand(keys: Command, terminal: Terminal): void {
  const handover = withStoreOptions(keys.command('handover'))
    .description(
      "of a stopped node: other keys for a log whose own were lost or stolen, by the tenant's recovery key",
    )
    .option('--tenant <name>', 'whose ledger', DEFAULT_TENANT)
    .requiredOption('--ledger <name>', 'whose log')
    .option('--out <file>', 'where to write the request, for whoever holds the recovery key')
    .option('--signed <file>', 'the request as it came back, signed: let the log go on')
    .option('--last-size <entries>', 'of a stolen key: the last size that is accepted from it')
    .action((flags: HandoverFlags) => handOver(flags, terminal));
  withExamples(
    handover,
    'chirograph keys handover --ledger kyc --last-size 4711 --out kyc.handover.json --data chirograph-data',
    'chirograph keys handover --ledger kyc --signed kyc.handover.signed.json --data chirograph-data',
  );
}

async function handOver(flags: HandoverFlags, terminal: Terminal): Promise<void> {
  const { tenant, ledger, out, signed: file } = flags;
  const lastSize = sizeOf(flags.lastSize);
  if (file !== undefined && (out !== undefined || lastSize !== null))
    throw new CliError('CLI_USAGE', '--signed goes with neither --out nor --last-size');
  const store = await closedStore(flags, terminal);
  const options = { ...store, clock: systemClock, tenant, ledger };
  if (file !== undefined) {
    const signed = parseSignedHandover(await readFileUpTo(file, MAX_HANDOVER_FILE_BYTES));
    const refusal = await finishHandover(options, signed);
    const { origin, old, new: next, size, rootHash } = signed;
    const request = { origin, old, new: next, size, rootHash };
    printResult(terminal, flags.json, { ...request, refusal }, wentOnLines(next, refusal));
    return;
  }
  const { request, signed, refusal } = await requestHandover(options, lastSize);
  if (signed !== null) {
    const lines = [...wentOnLines(request.new, refusal), 'signed by a development recovery key'];
    printResult(terminal, flags.json, { ...request, refusal }, lines);
    return;
  }
  if (out === undefined)
    throw new CliError(
      'CLI_USAGE',
      'the recovery key is not here: --out is needed for the request',
    );
  await writeOwnFile(out, formatHandoverRequest(request));
  printResult(terminal, flags.json, { ...request, out }, [
    `wrote ${oneLine(out)}: a handover at ${request.size} entries that waits for the recovery key`,
    'do not start the node before it has come back: one more entry, and it must be made again',
  ]);
}

/** @throws CliError CLI_USAGE. */
function sizeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9][0-9]{0,14}$/.test(text))
    throw new CliError('CLI_USAGE', '--last-size must be a number of entries');
  return Number(text);
}

function wentOnLines(key: string, refusal: string | null): readonly string[] {
  return [
    `goes on by ${oneLine(key)}`,
    'hand the trust file (`keys trust`) on: verifiers learn from it where the old key ended',
    ...(refusal === null ? [] : [`the node does not write yet: ${refusal}`]),
  ];
}
