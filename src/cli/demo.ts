/** `chirograph demo`: one record's whole life on real KYC input, told step by step. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { utf8 } from '../base/bytes.js';
import { withExamples } from './command-help.js';
import { type DemoNode, startDemoNode } from './demo/demo-node.js';
import { readKycBundle } from './demo/kyc-bundle.js';
import {
  anchorHeads,
  deleteNode,
  type HandedOut,
  signRecord,
  takeEvidence,
} from './demo/proof-steps.js';
import {
  changeResidence,
  checkObjects,
  createLedger,
  loadBundle,
  showHistory,
} from './demo/record-steps.js';
import { Story, StoryEnded } from './demo/story.js';
import {
  type Altered,
  alterOneByte,
  reportText,
  verifyOffline,
  verifyWithoutTrust,
} from './demo/verify-steps.js';
import { makeOwnDirectory, writeOwnFile } from './files.js';
import { type End, EXIT, oneLine, type Terminal } from './terminal.js';

interface DemoFlags {
  readonly keep?: string;
  readonly json?: true;
}

export function addDemoCommand(program: Command, terminal: Terminal, end: End): void {
  const command = program
    .command('demo')
    .description('show one record’s whole life, from HTTP to an offline proof, in a minute')
    .option('--keep <directory>', 'keep the evidence, the trust file and the altered files there')
    .option('--json', 'print JSON')
    .action(async (flags: DemoFlags) => {
      end((await tell(flags, terminal)) ? EXIT.done : EXIT.no);
    });
  withExamples(command, 'chirograph demo --keep demo-files');
}

/** Whether all was as expected. */
async function tell({ keep, json }: DemoFlags, { stdout }: Terminal): Promise<boolean> {
  if (keep !== undefined) await makeOwnDirectory(keep);
  const write = (line: string): void => {
    if (json !== true) stdout(`${line}\n`);
  };
  for (const line of INTRODUCTION) write(line);
  const story = new Story(write);
  try {
    const files = await live(story);
    const altered = await judge(story, files);
    if (keep !== undefined) await keepFiles(keep, files, altered, write);
  } catch (cause) {
    if (!(cause instanceof StoryEnded)) throw cause;
  }
  const { isAsExpected, steps } = story;
  if (json === true) stdout(`${JSON.stringify({ asExpected: isAsExpected, steps })}\n`);
  write(isAsExpected ? 'All is as expected.' : 'NOT everything is as expected: see above.');
  return isAsExpected;
}

const INTRODUCTION = [
  'Chirograph: the file of a bank’s customer, from the first record to a proof that needs nobody.',
  'The customer file and its models are Tradle’s (demo/tradle); the node is real, the seal and the',
  'chain are of the kind that a node without configuration makes for itself, for development.',
  '',
];

/** While there is a node. */
async function live(story: Story): Promise<HandedOut> {
  const bundle = readKycBundle();
  const node = await startNode(story);
  try {
    const ledger = await createLedger(story, node.client);
    await checkObjects(story, bundle);
    await loadBundle(story, ledger, bundle);
    await anchorHeads(story, node.client, 'before');
    const receipt = await changeResidence(story, ledger, bundle);
    await showHistory(story, ledger, receipt);
    await signRecord(story, node.client, receipt);
    await anchorHeads(story, node.client, 'after');
    return await takeEvidence(story, node.client, receipt);
  } finally {
    await deleteNode(story, node);
  }
}

async function startNode(story: Story): Promise<DemoNode> {
  const heading = {
    name: 'start',
    title: 'A node is started on a free port, with an empty directory',
    proves: 'nothing yet; it makes its keys, a development certificate and a development chain.',
  };
  return story.step(heading, ({ line }) => {
    line('everything below goes over HTTP, with the API key that the node gave out once');
    return startDemoNode();
  });
}

/** When there is none any more. */
async function judge(story: Story, files: HandedOut): Promise<readonly Altered[]> {
  await verifyOffline(story, files);
  await verifyWithoutTrust(story, files);
  return alterOneByte(story, files);
}

async function keepFiles(
  directory: string,
  files: HandedOut,
  altered: readonly Altered[],
  write: (line: string) => void,
): Promise<void> {
  const evidence = join(directory, 'residence.evidence.json');
  const trust = join(directory, 'bank.trust.json');
  await writeOwnFile(evidence, files.evidence);
  await writeOwnFile(trust, files.trust);
  await writeOwnFile(join(directory, 'report.txt'), utf8(reportText(files)));
  for (const { part, bytes } of altered)
    await writeOwnFile(join(directory, `altered-${part}.evidence.json`), bytes);
  write(`The files are in ${oneLine(directory)}. Try:`);
  write(`  chirograph verify ${oneLine(evidence)} --trust ${oneLine(trust)} --require attributed`);
  write('');
}
