/** `npm run bench -- …`, see `--help`. Shows figures; passes and fails nothing. */
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAnchors } from './anchors.js';
import { BenchLedger } from './bench-ledger.js';
import type { BenchResult } from './bench-result.js';
import { type EpochSize, measureEpochs } from './epochs.js';
import { type ErasureExtent, measureErasures } from './erasures.js';
import { formatFiles } from './files-report.js';
import { type FilesExtent, measureFiles } from './files.js';
import { measureGrowth } from './growth.js';
import { measureLoads } from './loads.js';
import { newApiKey, startNode } from './node-process.js';
import { rawReference } from './raw-reference.js';
import { LINE_BYTES } from './record-lines.js';
import {
  measureReplication,
  REPLICATION_PARTS,
  type ReplicationExtent,
  type ReplicationPart,
} from './replication-parts.js';
import { formatReplication } from './replication-report.js';
import {
  formatAnchor,
  formatEpochs,
  formatErasures,
  formatReport,
  formatSignatures,
} from './report.js';
import { type Scratch, withScratch, within } from './scratch.js';
import { measureSignatures } from './signatures.js';
import { measureSteps } from './steps.js';

interface Extent {
  readonly runs: number;
  readonly millis: number;
  readonly sizes: readonly number[];
  readonly epochs: readonly EpochSize[];
  readonly erasures: ErasureExtent;
  readonly replication: ReplicationExtent;
  readonly files: FilesExtent;
}

const QUICK: Extent = {
  runs: 1,
  millis: 500,
  sizes: [10_000],
  epochs: [{ ledgers: 1000, tenants: 10 }],
  erasures: { secrets: [10_000], alone: 2, together: 10, millis: 500 },
  replication: {
    ...{ runs: 1, entries: 40_000, rawBlocks: 4_000, millis: 500, rounds: 2 },
    ...{ ledgers: 50, restMillis: 2_000 },
  },
  files: {
    runs: 1,
    sizes: [
      { bytes: 2 ** 16, count: 50 },
      { bytes: 2 ** 23, count: 4 },
      { bytes: 2 ** 26, count: 1 },
    ],
    ...{ keys: 2_000, editedBytes: 10_000_000 },
  },
};
const FULL: Extent = {
  runs: 3,
  millis: 3000,
  sizes: [10_000, 100_000, 1_000_000],
  epochs: [
    { ledgers: 1000, tenants: 10 },
    { ledgers: 100_000, tenants: 100 },
    { ledgers: 1_000_000, tenants: 1000 },
  ],
  erasures: { secrets: [10_000, 1_000_000], alone: 3, together: 100, millis: 3000 },
  replication: {
    ...{ runs: 3, entries: 200_000, rawBlocks: 20_000, millis: 3_000, rounds: 5 },
    ...{ ledgers: 2_000, restMillis: 10_000 },
  },
  files: {
    runs: 3,
    sizes: [
      { bytes: 2 ** 16, count: 500 },
      { bytes: 2 ** 23, count: 32 },
      { bytes: 2 ** 30, count: 1 },
    ],
    ...{ keys: 100_000, editedBytes: 100_000_000 },
  },
};

const HELP = `npm run bench -- [options]: shows figures, and passes and fails nothing

  --quick           few and short runs: whether it works, not how fast
  --json            figures as JSON
  --directory DIR   where the data go and are removed again; on the disk that is to be measured
  --signatures      signatures alone
  --epochs          epochs alone
  --anchors         anchors alone
  --erasure         erasures alone
  --replication     replication alone: a log and its replica beside raw Hypercore, writes at quorum beside a
                    node alone, fail-over, and nodes with many ledgers
  --files           files alone: through REST and S3, beside raw Hyperblobs and plain files
  --part NAME       of replication: replica, quorum or ledgers; may be repeated (default: all)
  --ledgers N       of the nodes with many (default: 2,000)
  --views           views alone, with options of their own: --records N --subjects N --runs N

Without one of these: loads, restarts, steps of a record, signatures, epochs, anchors and erasures.
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Signatures alone: no node is started. */
    signatures: { type: 'boolean', default: false },
    /** Epochs alone, likewise. */
    epochs: { type: 'boolean', default: false },
    /** Anchors alone: one node, and chains of its own. */
    anchors: { type: 'boolean', default: false },
    /** Erasures alone: one node a size. */
    erasure: { type: 'boolean', default: false },
    /** Replication alone: a log and its replica in this process, and nodes that keep ledgers together. */
    replication: { type: 'boolean', default: false },
    /** Files alone: nodes, and what they are compared with. */
    files: { type: 'boolean', default: false },
    /** Of replication, these parts alone. */
    part: { type: 'string', multiple: true, default: [...REPLICATION_PARTS] },
    /** Of nodes with many. */
    ledgers: { type: 'string' },
    help: { type: 'boolean', default: false },
    /** Where the data go; on another disk than the temporary directory's, if that is to be measured. */
    directory: { type: 'string', default: tmpdir() },
  },
});
if (values.help) process.stdout.write(HELP);
else if (values.signatures) {
  const { runs, millis } = values.quick ? QUICK : FULL;
  const figures = await measureSignatures(millis, runs, tell);
  process.stdout.write(
    values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatSignatures(figures),
  );
} else if (values.epochs)
  await withScratch(values.directory, async ({ directory }) => {
    const { epochs } = values.quick ? QUICK : FULL;
    const figures = await measureEpochs(epochs, directory, tell);
    process.stdout.write(
      values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatEpochs(figures),
    );
  });
else if (values.anchors)
  await withScratch(values.directory, async (scratch) => {
    const figures = await measureAnchors(scratch, newApiKey());
    process.stdout.write(
      values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatAnchor(figures),
    );
  });
else if (values.erasure)
  await withScratch(values.directory, async (scratch) => {
    const { erasures } = values.quick ? QUICK : FULL;
    const figures = await measureErasures(scratch, newApiKey(), erasures, tell);
    process.stdout.write(
      values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatErasures(figures),
    );
  });
else if (values.files)
  await withScratch(values.directory, async (scratch) => {
    const { files } = values.quick ? QUICK : FULL;
    const figures = await measureFiles(scratch, files, tell);
    process.stdout.write(
      values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatFiles(figures),
    );
  });
else if (values.replication)
  await withScratch(values.directory, async (scratch) => {
    const { replication } = values.quick ? QUICK : FULL;
    const parts = values.part.map(partNamed);
    const ledgers = Number(values.ledgers ?? replication.ledgers);
    if (!Number.isInteger(ledgers) || ledgers < 1)
      throw new Error('--ledgers is a number from 1 on');
    const extent = { ...replication, ledgers };
    const figures = await measureReplication(scratch, parts, extent, tell);
    process.stdout.write(
      values.json ? `${JSON.stringify(figures, null, 2)}\n` : formatReplication(figures),
    );
  });
else
  await withScratch(values.directory, async (scratch) => {
    const result = await measure(values.quick, scratch);
    process.stdout.write(
      values.json ? `${JSON.stringify(result, null, 2)}\n` : formatReport(result),
    );
  });

async function measure(isQuick: boolean, scratch: Scratch): Promise<BenchResult> {
  const { runs, millis, sizes, epochs: epochSizes, erasures: extent } = isQuick ? QUICK : FULL;
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGibibytes: totalmem() / 2 ** 30,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
  tell('raw reference');
  const raw = await rawReference(scratch.directory, millis, runs);
  const signatures = await measureSignatures(millis, runs, tell);
  const epochs = await measureEpochs(epochSizes, scratch.directory, tell);
  const apiKey = newApiKey();
  tell('anchors');
  const anchor = await measureAnchors(scratch, apiKey);
  const erasures = await measureErasures(scratch, apiKey, extent, tell);
  const inLoads = await within(scratch, 'loads');
  const node = await startNode(inLoads, apiKey);
  const ledger = await BenchLedger.open(node);
  const loads = await measureLoads(ledger, millis, runs, tell);
  tell('steps of a record');
  const steps = await measureSteps(node, ledger, millis);
  await node.stop('SIGTERM');
  const inGrowth = await within(scratch, 'growth');
  const growth = await measureGrowth(inGrowth, apiKey, sizes, runs, tell);
  const { verifiedReceipts } = ledger;
  return {
    machine,
    isQuick,
    runs,
    recordBytes: LINE_BYTES,
    verifiedReceipts,
    raw,
    loads,
    growth,
    steps,
    signatures,
    epochs,
    anchor,
    erasures,
  };
}

function partNamed(name: string): ReplicationPart {
  const part = REPLICATION_PARTS.find((one) => one === name);
  if (part === undefined)
    throw new Error(`--part is one of ${REPLICATION_PARTS.join(', ')}, and not ${name}`);
  return part;
}

function tell(what: string): void {
  process.stderr.write(`bench: ${what}\n`);
}
