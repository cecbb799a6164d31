/** How many signatures are made and judged a second, on one thread and on two, beside node:crypto alone. */
import { Worker } from 'node:worker_threads';
import type { SignatureFigures } from './bench-result.js';
import { SIGNATURE_TASKS } from './signature-tasks.js';
import type { SignatureWork } from './signature-worker.js';
import { median } from './statistics.js';

/** Runs of the tasks take turns, so that what else the machine does is shared out. */
export async function measureSignatures(
  millis: number,
  runs: number,
  tell: (what: string) => void,
): Promise<SignatureFigures[]> {
  const names = SIGNATURE_TASKS.map(({ name }) => name);
  const measured = new Map(
    names.map((name) => [name, { one: [] as number[], two: [] as number[] }]),
  );
  for (let run = 0; run < runs; run++)
    for (const [name, { one, two }] of measured) {
      tell(`${name}, run ${run + 1}`);
      one.push(await perSecond(name, 1, millis));
      two.push(await perSecond(name, 2, millis));
    }
  const medians = new Map([...measured].map(([name, { one }]) => [name, median(one)]));
  return SIGNATURE_TASKS.map(({ name, raw }) => {
    const { one = [], two = [] } = measured.get(name) ?? {};
    return {
      name,
      perSecond: median(one),
      perSecondOnTwo: median(two),
      ofRaw: raw === null ? null : median(one) / (medians.get(raw) ?? NaN),
    };
  });
}

/** By all threads together. */
async function perSecond(task: string, threads: number, millis: number): Promise<number> {
  const each = await Promise.all(Array.from({ length: threads }, () => onThread({ task, millis })));
  return each.reduce((sum, rate) => sum + rate, 0);
}

function onThread(work: SignatureWork): Promise<number> {
  const worker = new Worker(new URL('./signature-worker.js', import.meta.url), {
    workerData: work,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread ended without a figure'));
    });
  });
}
