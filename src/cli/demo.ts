/** `chirograph demo`: one record's whole life on real KYC input, its inspection and its erasure, told step by step. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import type { Receipt } from './answers.js';
import { withExamples } from './command-help.js';
import type { Altered } from './demo/altered-files.js';
import { type DemoNode, startDemoNode } from './demo/demo-node.js';
import {
  checkReceipts,
  eraseCustomer,
  type Left,
  printCertificate,
  showForgotten,
  takeLeft,
} from './demo/erasure-steps.js';
import {
  closeInspection,
  compareDates,
  leaveScope,
  openInspection,
  proveWhole,
  readTwoDates,
  showRecord,
} from './demo/inspection-steps.js';
import { type KycBundle, readKycBundle } from './demo/kyc-bundle.js';
import { alterPackage, type HandedOver, takePackage, verifyPackage } from './demo/package-steps.js';
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
  type DemoLedger,
  loadBundle,
  showHistory,
} from './demo/record-steps.js';
import {
  endRelationship,
  placeHold,
  refuseErasure,
  releaseHold,
  setPolicy,
} from './demo/retention-steps.js';
import { Story, StoryEnded } from './demo/story.js';
import {
  alterOneByte,
  reportText,
  verifyLeft,
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
    .description(
      'show one record’s whole life, its inspection and its erasure, up to the offline proofs',
    )
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
    const files = await live(story, write);
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

const SECOND_ACT = [
  'The second act: somebody who does not believe the bank looks at the file.',
  '',
];

const THIRD_ACT = ['The third act: years later the bank must forget the customer, and does.', ''];

/** All that is left in the end. */
interface Files {
  readonly evidence: HandedOut;
  readonly inspected: HandedOver;
  readonly forgotten: Forgotten;
}

interface Forgotten {
  readonly certificate: readonly string[];
  readonly left: Left;
}

/** While there is a node. */
async function live(story: Story, write: (line: string) => void): Promise<Files> {
  const bundle = readKycBundle();
  const node = await startNode(story);
  try {
    const ledger = await createLedger(story, node.client);
    await setPolicy(story, node.client, bundle);
    await checkObjects(story, bundle);
    const loaded = await loadBundle(story, ledger, bundle);
    await anchorHeads(story, node.client, 'before');
    const receipt = await changeResidence(story, ledger, bundle);
    await showHistory(story, ledger, receipt);
    await signRecord(story, node.client, receipt);
    await anchorHeads(story, node.client, 'after');
    const evidence = await takeEvidence(story, node.client, receipt);
    for (const line of SECOND_ACT) write(line);
    const inspected = await inspect(story, node, { bundle, ledger, before: lastOf(loaded) });
    for (const line of THIRD_ACT) write(line);
    const forgotten = await forget(story, node, { ledger, receipts: [...loaded, receipt] });
    return { evidence, inspected, forgotten };
  } finally {
    await deleteNode(story, node);
  }
}

interface Inspected {
  readonly bundle: KycBundle;
  readonly ledger: DemoLedger;
  /** Receipt of the last record of the file before the customer moved. */
  readonly before: Receipt;
}

async function inspect(
  story: Story,
  node: DemoNode,
  { bundle, ledger, before }: Inspected,
): Promise<HandedOver> {
  const opened = await openInspection(story, node, bundle, before);
  await readTwoDates(story, opened);
  await compareDates(story, opened);
  await proveWhole(story, opened, ledger.verifierKey);
  await leaveScope(story, opened);
  const handedOver = await takePackage(story, node, opened);
  await closeInspection(story, opened);
  await showRecord(story, node, opened);
  return handedOver;
}

interface Remembered {
  readonly ledger: DemoLedger;
  /** Of the customer's records, in the order in which they came. */
  readonly receipts: readonly Receipt[];
}

async function forget(
  story: Story,
  node: DemoNode,
  { ledger, receipts }: Remembered,
): Promise<Forgotten> {
  const ended = await endRelationship(story, node);
  const hold = await placeHold(story, node, ended);
  await refuseErasure(story, node, ended);
  await releaseHold(story, node, hold);
  const certificate = await printCertificate(story, node, await eraseCustomer(story, node));
  const all = [...receipts, ended.receipt];
  await showForgotten(story, node, all);
  await checkReceipts(story, ledger, all);
  return { certificate, left: await takeLeft(story, node, lastOf(receipts)) };
}

function lastOf(receipts: readonly Receipt[]): Receipt {
  const last = receipts.at(-1);
  assert(last !== undefined, 'the file is not empty');
  return last;
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
async function judge(
  story: Story,
  { evidence, inspected, forgotten }: Files,
): Promise<AlteredFiles> {
  await verifyOffline(story, evidence);
  await verifyWithoutTrust(story, evidence);
  const ofEvidence = await alterOneByte(story, evidence);
  await verifyPackage(story, inspected, evidence.trust);
  const ofPackage = await alterPackage(story, inspected, evidence.trust);
  await verifyLeft(story, forgotten.left, evidence);
  return { ofEvidence, ofPackage };
}

interface AlteredFiles {
  readonly ofEvidence: readonly Altered[];
  readonly ofPackage: readonly Altered[];
}

async function keepFiles(
  directory: string,
  { evidence, inspected, forgotten }: Files,
  { ofEvidence, ofPackage }: AlteredFiles,
  write: (line: string) => void,
): Promise<void> {
  const file = (name: string): string => join(directory, name);
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['residence.evidence.json', evidence.evidence],
    ['bank.trust.json', evidence.trust],
    ['report.txt', utf8(reportText(evidence))],
    ['inspection.collection', inspected.collection],
    ['inspection.pdf', inspected.report],
    ['certificate.txt', utf8(forgotten.certificate.map((line) => `${line}\n`).join(''))],
    ['erased.evidence.json', forgotten.left.ofErased],
    ['neighbour.evidence.json', forgotten.left.ofNeighbour],
    ...ofEvidence.map(({ part, bytes }) => [`altered-${part}.evidence.json`, bytes] as const),
    ...ofPackage.map(({ part, bytes }) => [`altered-${part}.collection`, bytes] as const),
  ];
  for (const [name, bytes] of files) await writeOwnFile(file(name), bytes);
  const roots = `--trust ${oneLine(file('bank.trust.json'))} --require attributed`;
  write(`The files are in ${oneLine(directory)}. Try:`);
  for (const name of ['residence.evidence.json', 'inspection.collection'])
    write(`  chirograph verify ${oneLine(file(name))} ${roots}`);
  write('');
}
