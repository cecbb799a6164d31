/** One thread that does one task for a while and says how often it did. Started by `signatures.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { SIGNATURE_TASKS } from './signature-tasks.js';

export interface SignatureWork {
  readonly task: string;
  readonly millis: number;
}

/** A clock read is no part of what is measured. */
const ROUNDS_BETWEEN = 8;

const { task: name, millis } = workerData as SignatureWork;
const task = SIGNATURE_TASKS.find((each) => each.name === name);
if (task === undefined || parentPort === null) throw new Error(`no such task: ${name}`);
const round = task.prepare();
// Compiled before it is measured.
repeatFor(millis / 4, round);
parentPort.postMessage(repeatFor(millis, round));

/** @returns rounds a second. */
function repeatFor(millis: number, round: () => void): number {
  const begun = performance.now();
  let rounds = 0;
  for (;;) {
    for (let i = 0; i < ROUNDS_BETWEEN; i++) round();
    rounds += ROUNDS_BETWEEN;
    const taken = performance.now() - begun;
    if (taken >= millis) return (rounds * 1000) / taken;
  }
}
