/** `chirograph ots verify`: a timestamp of a file, offline, by headers of blocks that one has from elsewhere. */
import { type Command, Option } from 'commander';
import { otsDigest } from '../evidence/opentimestamps/digests.js';
import { type HeaderRun, headersOfRuns } from '../evidence/opentimestamps/header-source.js';
import { MAX_OTS_BYTES } from '../evidence/opentimestamps/limits.js';
import { otsReportAsJson } from '../evidence/opentimestamps/ots-report-json.js';
import { otsReportAsText } from '../evidence/opentimestamps/ots-report-text.js';
import type { OtsReport } from '../evidence/opentimestamps/ots-report.js';
import { parseOtsFile } from '../evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../evidence/opentimestamps/verify-ots.js';
import { SHIPPED_TRUST } from '../evidence/shipped-trust.js';
import { MAX_TRUST_BYTES, mergeTrust, parseTrust, type Trust } from '../evidence/trust.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import {
  type HeaderFile,
  readHeaderFile,
  repeatedHeader,
  repeatedHeaderFile,
} from './header-options.js';
import { type End, EXIT, type Terminal } from './terminal.js';

interface VerifyFlags {
  readonly content: string;
  readonly header?: readonly HeaderRun[];
  readonly headers?: readonly HeaderFile[];
  readonly trust?: readonly string[];
  readonly require?: 'pinned';
  readonly json?: true;
}

/** What is stamped is hashed at once, so that it has to fit into memory. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

export function addOtsVerifyCommand(ots: Command, terminal: Terminal, end: End): void {
  const command = ots
    .command('verify')
    .argument('<file>', 'OpenTimestamps file')
    .requiredOption('--content <file>', 'what was stamped')
    .option(
      '--header <height:hex>',
      'a block header of 80 bytes, from a node of your own: bitcoin-cli getblockheader HASH false; repeatable',
      repeatedHeader,
    )
    .option(
      '--headers <height:file>',
      'consecutive headers, raw, from that height on, at most 4,096; repeatable',
      repeatedHeaderFile,
    )
    .option('--trust <file>', 'pinned blocks (docs/formats/trust.md); repeatable', repeated)
    .addOption(
      new Option(
        '--require <what>',
        'pinned: a header that no pinned block is built on is a "no"',
      ).choices(['pinned']),
    )
    .option('--json', 'print the report as JSON')
    .description('verify an OpenTimestamps file offline, by headers of blocks that you bring')
    .action(async (file: string, flags: VerifyFlags) => {
      const runs = [
        ...(flags.header ?? []),
        ...(await Promise.all((flags.headers ?? []).map(readHeaderFile))),
      ];
      const headerAt = headersOfRuns(runs, await trustOf(flags.trust ?? []));
      const timestamp = parseOtsFile(await readFileUpTo(file, MAX_OTS_BYTES));
      const content = await readFileUpTo(flags.content, MAX_CONTENT_BYTES);
      const report = verifyOts(timestamp, otsDigest(timestamp.hash, content), headerAt);
      terminal.stdout(
        flags.json === true ? `${otsReportAsJson(report)}\n` : otsReportAsText(report),
      );
      end(isYes(report, flags) ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph ots verify deed.pdf.ots --content deed.pdf --header 358391:02000000b96394…',
    'chirograph ots verify deed.pdf.ots --content deed.pdf --headers 839000:headers.bin --require pinned',
  );
}

async function trustOf(files: readonly string[]): Promise<Trust> {
  const trusts = [SHIPPED_TRUST];
  for (const file of files) trusts.push(parseTrust(await readFileUpTo(file, MAX_TRUST_BYTES)));
  return mergeTrust(...trusts);
}

/** If any confirmed header is pinned, the first block is of one that is. */
function isYes({ existedBefore }: OtsReport, { require }: VerifyFlags): boolean {
  if (existedBefore === null) return false;
  return require !== 'pinned' || existedBefore.header === 'pinned';
}
