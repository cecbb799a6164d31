/**
 * `npm run bench -- --views [--records N] [--subjects N] [--runs N] [--directory DIR] [--json]`: what views
 * cost and how soon they answer, beside PostgreSQL. Shows figures; passes and fails nothing.
 */
import { rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { plant } from '../test/support/mutant.js';
import { BenchLedger, type Load } from './bench-ledger.js';
import { newApiKey, type NodeProcess, startNode } from './node-process.js';
import { measurePostgres, type Question } from './postgres.js';
import { measureProofs } from './proofs.js';
import { historyRecord } from './record-lines.js';
import { type Scratch, withScratch, within } from './scratch.js';
import { median } from './statistics.js';
import { timeEach } from './view-times.js';
import { formatViews } from './views-report.js';
import type { ViewsResult } from './views-result.js';

const { values } = parseArgs({
  options: {
    views: { type: 'boolean' },
    json: { type: 'boolean', default: false },
    records: { type: 'string', default: '50000' },
    subjects: { type: 'string', default: '5000' },
    /** To compare ingest with and without views; 0 leaves it out. */
    runs: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const RECORDS = count('records');
const SUBJECTS = count('subjects');
const RUNS = count('runs');
if (SUBJECTS < 1 || RECORDS < 3 * SUBJECTS)
  throw new Error('--records must be at least three times --subjects, of which there must be one');
const QUESTIONS = 300;
const SAMPLE_MILLIS = 200;
/** Of progress: each quarter of a minute, or so. */
const SAMPLES_A_LINE = 75;
const CAUGHT_UP_MILLIS = 50;
const LOAD = {
  kind: 'ndjson',
  connections: 1,
  subjects: SUBJECTS,
  isHistory: true,
  millis: 3_600_000,
} as const satisfies Load;
/** The same build, but for the followers of its views, which never begin. */
const WITHOUT_VIEWS = {
  name: 'bench without views',
  file: 'views/view-follower.js',
  find: 'follower.#running = follower.#run();',
  replace: '',
};

await withScratch(values.directory, async (scratch) => {
  const result = await measure(scratch);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : formatViews(result));
});

async function measure(scratch: Scratch): Promise<ViewsResult> {
  const loadBefore = loadavg()[0] ?? 0;
  const cost = await costOfViews(scratch);
  tell('ingest');
  const inMain = await within(scratch, 'main');
  const apiKey = newApiKey();
  let node = await startNode(inMain, apiKey);
  const ingest = await measureIngest(node);
  tell('questions');
  const [first, questions] = [someQuestions(0), someQuestions(QUESTIONS)];
  const ask = (some: readonly Question[], path: (question: Question) => string) =>
    timeEach(some, (question) => get(node, path(question)), scratch.interrupted);
  const asOfPath = ({ subject, size }: Question): string => `subjects/${subject}?asOf=${size}`;
  // The first after a start are answered by code that has not been compiled yet.
  const asOfFirst = await ask(first, asOfPath);
  const asOf = await ask(questions, asOfPath);
  const validAt = await ask(
    questions,
    (question) => `${asOfPath(question)}&validAt=${new Date(question.validAt).toISOString()}`,
  );
  await node.stop('SIGTERM');
  tell('rebuild');
  await rm(join(inMain.directory, 'data', 'views'), { recursive: true });
  node = await startNode(inMain, apiKey);
  const millis = await untilCaughtUp(node);
  await node.stop('SIGTERM');
  tell('proofs');
  const proofs = await measureProofs(inMain, { first, questions });
  tell('postgres');
  const postgres = await measurePostgres(
    scratch,
    { records: RECORDS, subjects: SUBJECTS },
    questions,
  );
  return {
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`,
    ...{ loadBefore, loadAfter: loadavg()[0] ?? 0 },
    ...{ records: RECORDS, subjects: SUBJECTS, ingest, cost },
    ...{ asOfFirst, asOf, validAt, ...proofs, postgres },
    rebuild: { millis, recordsPerSecond: (RECORDS * 1000) / millis },
  };
}

/** In turn, so that what else the machine does meets both. */
async function costOfViews(scratch: Scratch): Promise<ViewsResult['cost']> {
  if (RUNS === 0) return null;
  const bare = await plant(WITHOUT_VIEWS);
  const rates: Record<'with' | 'without', number[]> = { with: [], without: [] };
  try {
    for (let run = 0; run < RUNS; run++)
      for (const which of ['with', 'without'] as const) {
        tell(`ingest ${which} views, run ${run + 1}`);
        const place = await within(scratch, `${which}-${run}`);
        const program = which === 'without' ? bare.program : undefined;
        const node = await startNode(place, newApiKey(), { program });
        const ledger = await BenchLedger.open(node);
        const records = Math.min(RECORDS, 100_000);
        await ledger.run({ ...LOAD, records: 5_000 });
        rates[which].push((await ledger.run({ ...LOAD, records })).recordsPerSecond);
        // Without followers a clean stop would wait for them.
        await node.stop('SIGKILL');
        await rm(place.directory, { recursive: true });
      }
  } finally {
    await bare.remove();
  }
  return { runs: RUNS, withViews: median(rates.with), without: median(rates.without) };
}

async function measureIngest(node: NodeProcess): Promise<ViewsResult['ingest']> {
  const ledger = await BenchLedger.open(node);
  let [maxLag, isOver] = [0, false];
  const watch = async (): Promise<void> => {
    for (let n = 1; !isOver; n++) {
      maxLag = Math.max(maxLag, await lagOf(node));
      if (n % SAMPLES_A_LINE === 0) tell(`ingest, ${await ledger.size()} of ${RECORDS} records`);
      await delay(SAMPLE_MILLIS);
    }
  };
  const run = async (): Promise<Omit<ViewsResult['ingest'], 'maxLag'>> => {
    const { recordsPerSecond } = await ledger.run({ ...LOAD, records: RECORDS });
    const lagAtEnd = await lagOf(node);
    const caughtUpMillis = await untilCaughtUp(node);
    isOver = true;
    return { recordsPerSecond, lagAtEnd, caughtUpMillis };
  };
  const [ingest] = await Promise.all([run(), watch()]);
  return { ...ingest, maxLag: Math.max(maxLag, ingest.lagAtEnd) };
}

async function untilCaughtUp(node: NodeProcess): Promise<number> {
  const started = performance.now();
  // Not more often: to be asked costs the node a millisecond or two.
  while ((await lagOf(node)) > 0) await delay(CAUGHT_UP_MILLIS);
  return performance.now() - started;
}

async function lagOf({ metricsUrl }: NodeProcess): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const line = /^chirograph_view_lag_entries (\d+)$/m.exec(text);
  if (line === null) throw new Error('the node does not say how far its views are behind');
  return Number(line[1]);
}

async function get({ url, apiKey }: NodeProcess, path: string): Promise<void> {
  const response = await fetch(`${url}/v1/ledgers/bench/${path}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { items } = (await response.json()) as { items?: readonly unknown[] };
  if (!response.ok || items === undefined || items.length === 0)
    throw new Error(`a question without an answer: ${path}, status ${response.status}`);
}

/** Of customers far apart, as of sizes at which all of them were known; of others for each `from`. */
function someQuestions(from: number): Question[] {
  return Array.from({ length: QUESTIONS }, (_, at) => {
    const n = from + at;
    const share = ((n * 0.618_034) % 1) * (RECORDS - 2 * SUBJECTS - 1);
    const { subject } = historyRecord((n * 7919) % SUBJECTS, SUBJECTS);
    // A stream's records may change places within a few groups: two rounds leave none out.
    const size = 2 * SUBJECTS + 1 + Math.floor(share);
    return { subject, size, validAt: historyRecord(size - 1, SUBJECTS).validFrom };
  });
}

function count(name: 'records' | 'subjects' | 'runs'): number {
  const text = values[name];
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

function tell(what: string): void {
  process.stderr.write(`bench: ${what}, ${(performance.now() / 1000).toFixed(0)} s\n`);
}
