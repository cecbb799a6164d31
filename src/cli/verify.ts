/** `chirograph verify`: evidence files, offline, by the same function as the single-file verifier. */
import { type Command, Option } from 'commander';
import {
  type HeadersInput,
  type HeadersOption,
  MAX_HEADERS_BYTES,
} from '../evidence/chosen-headers.js';
import { MAX_COLLECTION_BYTES } from '../evidence/collection-file.js';
import { type Language, LANGUAGES } from '../evidence/languages.js';
import { isOtsFile } from '../evidence/opentimestamps/ots-file.js';
import type { TrustInput } from '../evidence/run-verify.js';
import { MAX_TRUST_BYTES } from '../evidence/trust.js';
import { runVerifyCommand } from '../evidence/verify-command.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { repeatedHeaders } from './header-options.js';
import { type End, EXIT, type ExitCode, oneLine, type Terminal } from './terminal.js';

interface VerifyFlags {
  readonly trust?: readonly string[];
  readonly headers?: readonly HeadersOption[];
  readonly require?: string;
  readonly lang: Language;
  readonly json?: true;
}

interface Roots {
  readonly trust: readonly TrustInput[];
  readonly headers: readonly HeadersInput[];
}

export function addVerifyCommand(program: Command, terminal: Terminal, end: End): void {
  const command = program
    .command('verify')
    .argument(
      '<file...>',
      'evidence files, collections of them, containers of either, proofs of misbehaviour',
    )
    .description(
      'verify evidence files, collections and containers offline, and say what was checked and on whose word',
    )
    .option(
      '--trust <file>',
      'roots of trust of your own (docs/formats/trust.md); repeatable',
      repeated,
    )
    .option(
      '--headers <network:height:file>',
      'consecutive headers of the best chain, raw, from that height on, at most 4,096; repeatable',
      repeatedHeaders,
    )
    .addOption(
      new Option(
        '--require <what>',
        'attributed: a file that rests on its own word is a "no"',
      ).choices(['attributed']),
    )
    .addOption(
      new Option('--lang <language>', 'language of the report for people')
        .choices(LANGUAGES)
        .default('en'),
    )
    .option('--json', 'print each report as JSON on a line')
    .action(async (files: readonly string[], flags: VerifyFlags) => {
      end(await verifyAll(files, flags, terminal));
    });
  withExamples(
    command,
    'chirograph verify residence.evidence.json --trust bank.trust.json --require attributed',
  );
  command.addHelpText(
    'after',
    '\nAnchors in Bitcoin mainnet are untried: no run of this version has made or verified one with\na live node. They rest on the same code as regtest; check the first one of yours by hand.',
  );
}

/** The worst of all files. */
async function verifyAll(
  files: readonly string[],
  flags: VerifyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const trust: TrustInput[] = [];
  for (const label of flags.trust ?? [])
    trust.push({ label: oneLine(label), bytes: await readFileUpTo(label, MAX_TRUST_BYTES) });
  const headers: HeadersInput[] = [];
  for (const option of flags.headers ?? [])
    headers.push({
      ...option,
      path: oneLine(option.path),
      bytes: await readFileUpTo(option.path, MAX_HEADERS_BYTES),
    });
  let worst: ExitCode = EXIT.done;
  for (const file of files) {
    const code = await verifyOne(file, { trust, headers }, flags, terminal, files.length > 1);
    if (code > worst) worst = code;
  }
  return worst;
}

async function verifyOne(
  file: string,
  roots: Roots,
  { require, json, lang: language }: VerifyFlags,
  { stdout, stderr }: Terminal,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const evidence = await contentOf(file);
  if (typeof evidence === 'string') {
    stderr(`chirograph: ${evidence}\n`);
    return EXIT.unusable;
  }
  if (isOtsFile(evidence)) {
    stderr(
      `chirograph: ${oneLine(file)} is an OpenTimestamps file: chirograph ots verify FILE --content FILE\n`,
    );
    return EXIT.unusable;
  }
  const requireAttributed = require === 'attributed';
  const response = runVerifyCommand({
    evidence,
    ...roots,
    requireAttributed,
    json: json === true,
    language,
  });
  if (response.exitCode === EXIT.unusable) {
    const where = isOneOfMany ? `${oneLine(file)}: ` : '';
    stderr(`chirograph: ${where}${oneLine(response.error)}\n`);
    return EXIT.unusable;
  }
  if (isOneOfMany && json !== true) stdout(`== ${oneLine(file)}\n`);
  stdout(response.output);
  return response.exitCode;
}

/** The bytes, or why they cannot be had: the other files are verified all the same. */
async function contentOf(file: string): Promise<Uint8Array | string> {
  try {
    return await readFileUpTo(file, MAX_COLLECTION_BYTES);
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}
