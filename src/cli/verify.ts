/**
 * `chirograph verify`: evidence files, by the same function as the single-file verifier. Offline, unless `--headers` names
 * a source to ask for headers.
 */
import { type Command, Option } from 'commander';
import { systemClock } from '../base/time.js';
import {
  type HeadersInput,
  type HeadersOption,
  MAX_HEADERS_BYTES,
} from '../evidence/chosen-headers.js';
import { MAX_COLLECTION_BYTES } from '../evidence/collection-file.js';
import type { GivenFile } from '../evidence/compared-file.js';
import { EvidenceError } from '../evidence/evidence-error.js';
import { type Language, LANGUAGES } from '../evidence/languages.js';
import { isOtsFile } from '../evidence/opentimestamps/ots-file.js';
import { type TrustInput, verifyFiles } from '../evidence/run-verify.js';
import { MAX_TRUST_BYTES } from '../evidence/trust.js';
import { runVerifyCommand } from '../evidence/verify-command.js';
import {
  COOKIE_HELP,
  openChosenSource,
  type OpenedSource,
  type SourceOption,
} from './chosen-source.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { givenFiles } from './given-files.js';
import { repeatedHeaders } from './header-options.js';
import { headersOf, type ShownBlocks, shownBlocks } from './headers-of-source.js';
import { createProgress } from './progress.js';
import { type End, EXIT, type ExitCode, oneLine, type Terminal } from './terminal.js';

interface VerifyFlags {
  readonly trust?: readonly string[];
  readonly headers?: readonly (HeadersOption | SourceOption)[];
  readonly rpcCookie?: string;
  readonly file?: readonly string[];
  readonly require?: string;
  readonly lang: Language;
  readonly json?: true;
}

interface Roots {
  readonly trust: readonly TrustInput[];
  readonly headers: readonly HeadersInput[];
  /** Asked for the headers of each file when its turn comes. */
  readonly sources: readonly OpenedSource[];
  /** To be compared with what the evidence shows of files. */
  readonly files: readonly GivenFile[];
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
      'consecutive headers of the best chain, raw, from that height on, at most 4,096; or a source to ask for those that a file needs, NETWORK:esplora:URL or NETWORK:core:URL; repeatable',
      repeatedHeaders,
    )
    .option('--rpc-cookie <file>', COOKIE_HELP)
    .option(
      '--file <file>',
      'a file that is to be an attachment of the record, or the content of the file, that the evidence shows; of one FILE at a time; repeatable',
      repeated,
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
    'chirograph verify residence.evidence.json --file passport.pdf',
    'chirograph verify residence.evidence.json --headers mainnet:core:http://127.0.0.1:8332 --rpc-cookie ~/.bitcoin/.cookie',
  );
  command.addHelpText(
    'after',
    '\nA source of --headers is the only thing that is ever asked, and only for headers of blocks that a file\nshows. Public Esplora servers are untried: a double has been asked.\n\nAnchors in Bitcoin mainnet are untried: no run of this version has made or verified one with\na live node. They rest on the same code as regtest; check the first one of yours by hand.',
  );
}

/** The worst of all files. */
async function verifyAll(
  files: readonly string[],
  flags: VerifyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (flags.file !== undefined && files.length > 1)
    throw new CliError('CLI_USAGE', '--file is compared with one evidence file: name one');
  const trust: TrustInput[] = [];
  for (const label of flags.trust ?? [])
    trust.push({ label: oneLine(label), bytes: await readFileUpTo(label, MAX_TRUST_BYTES) });
  const headers: HeadersInput[] = [];
  const sources: OpenedSource[] = [];
  for (const option of flags.headers ?? [])
    if ('url' in option) sources.push(await openChosenSource(option, flags.rpcCookie, terminal));
    else
      headers.push({
        ...option,
        path: oneLine(option.path),
        bytes: await readFileUpTo(option.path, MAX_HEADERS_BYTES),
      });
  const roots = { trust, headers, sources, files: await givenFiles(flags.file ?? [], terminal) };
  let worst: ExitCode = EXIT.done;
  for (const file of files) {
    const code = await verifyOne(file, roots, flags, terminal, files.length > 1);
    if (code > worst) worst = code;
  }
  return worst;
}

async function verifyOne(
  file: string,
  roots: Roots,
  { require, json, lang: language }: VerifyFlags,
  terminal: Terminal,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
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
    trust: roots.trust,
    headers: [...roots.headers, ...(await askedHeaders(evidence, roots, terminal))],
    files: roots.files,
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

/** Of the blocks that the file shows; what it shows is known once it has been verified without them. */
async function askedHeaders(
  evidence: Uint8Array,
  { trust, headers, sources }: Roots,
  terminal: Terminal,
): Promise<HeadersInput[]> {
  if (sources.length === 0) return [];
  const shown = blocksIn(evidence, trust, headers);
  const progress = createProgress(terminal);
  const inputs: HeadersInput[] = [];
  try {
    for (const source of shown.length === 0 ? [] : sources) {
      progress.show(`asking ${source.url}`);
      inputs.push(...(await headersOf(shown, source, systemClock)));
    }
  } finally {
    progress.end();
  }
  return inputs;
}

/** None of a file that cannot be judged: that is said when it is. */
function blocksIn(
  evidence: Uint8Array,
  trust: readonly TrustInput[],
  headers: readonly HeadersInput[],
): ShownBlocks[] {
  try {
    return shownBlocks(verifyFiles(evidence, trust, headers));
  } catch (cause) {
    if (cause instanceof EvidenceError) return [];
    throw cause;
  }
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
