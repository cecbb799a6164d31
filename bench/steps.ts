/** Where the time of a record goes, in a stream: as the node's metrics tell it, and prepared alone. */
import type { UnixMillis } from '../src/base/brand.js';
import { utf8 } from '../src/base/bytes.js';
import { RandomPool } from '../src/base/random.js';
import { monthOf } from '../src/base/secret-scope.js';
import { inlinePreparer } from '../src/commands/preparation/inline-preparer.js';
import type { FoundSecret } from '../src/commands/preparation/preparer.js';
import type { BenchLedger } from './bench-ledger.js';
import type { StepFigures } from './bench-result.js';
import type { NodeProcess } from './node-process.js';
import { recordLines } from './record-lines.js';

const STEPS = ['stage', 'journal', 'log', 'vault', 'state', 'acknowledge'] as const;

export async function measureSteps(
  node: NodeProcess,
  ledger: BenchLedger,
  millis: number,
): Promise<StepFigures[]> {
  const before = await commitFigures(node);
  await ledger.run({ kind: 'ndjson', connections: 1, subjects: 1000, millis });
  const after = await commitFigures(node);
  const entries = after.entries - before.entries;
  return [
    { name: 'read, commit to, seal (in its thread)', microsPerRecord: await preparation(millis) },
    ...STEPS.map((step) => ({
      name: `commit: ${step}`,
      microsPerRecord: ((after.seconds[step] - before.seconds[step]) * 1e6) / entries,
    })),
  ];
}

interface CommitFigures {
  readonly entries: number;
  readonly seconds: Readonly<Record<(typeof STEPS)[number], number>>;
}

async function commitFigures({ metricsUrl }: NodeProcess): Promise<CommitFigures> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  const read = (name: string): number => {
    const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  };
  const seconds = (step: string): number =>
    read(`chirograph_commit_step_duration_seconds_sum{step="${step}"}`);
  return {
    entries: read('chirograph_entries_committed_total'),
    seconds: {
      stage: seconds('stage'),
      journal: seconds('journal'),
      log: seconds('log'),
      vault: seconds('vault'),
      state: seconds('state'),
      acknowledge: seconds('acknowledge'),
    },
  };
}

/** Alone on its core, with secrets that are at hand. */
async function preparation(millis: number): Promise<number> {
  const random = new RandomPool();
  const preparer = inlinePreparer(random);
  const line = recordLines(1000);
  const batch = {
    tenant: 'bench',
    ledger: 'bench',
    author: 'key:bench',
    month: monthOf(Date.now() as UnixMillis),
    idempotencyKey: new Uint8Array(32),
    schemas: null,
    typeClasses: {},
    isShared: false,
    claims: { author: null, now: 0 as UnixMillis, recordedAt: 0 as UnixMillis },
    vaultEdition: 1,
    maxPayloadBytes: 4096,
    texts: Array.from({ length: 512 }, (_, n) => ({ bytes: utf8(line(n)) })),
  };
  const secret: FoundSecret = {
    rowId: new Uint8Array(16),
    secret: new Uint8Array(32),
    isCommitted: true,
  };
  const run = (): Promise<unknown> =>
    preparer.prepare(batch, {
      findSecrets: (scopes) => Promise.resolve(scopes.map(() => ({ ...secret }))),
      findSchemas: () => Promise.resolve([]),
      findFiles: () => Promise.resolve([]),
    });
  const warm = performance.now() + millis / 2;
  while (performance.now() < warm) await run();
  const started = performance.now();
  let batches = 0;
  for (; performance.now() < started + millis; batches++) await run();
  return ((performance.now() - started) * 1000) / (batches * batch.texts.length);
}
