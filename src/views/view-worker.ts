/** Entry of the worker thread that `WorkerViews` starts: it owns the store of the views. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/errors.js';
import { systemErrorMessage } from '../base/system-error.js';
import { type EngineCall, isCall, postAnswer } from './internal/engine-call.js';
import { ViewEngine } from './view-engine.js';

const port = parentPort;
assert(port !== null, 'this runs as a worker thread');
const data: unknown = workerData;
assert(
  typeof data === 'object' && data !== null && 'directory' in data,
  'the thread is told where the views lie',
);
const engine = ViewEngine.open(String(data.directory));
// Whoever calls is told; without a call nobody would be.
engine.catch(() => undefined);

port.on('message', (message: unknown) => {
  assert(isCall(message), 'threads send each other calls');
  void answer(message);
});

async function answer({ id, method, args }: EngineCall): Promise<void> {
  assert(port !== null, 'this runs as a worker thread');
  try {
    const opened = await engine;
    // The other thread has the types of `Engine`; here its arguments are what was cloned.
    const call = opened[method].bind(opened) as (...given: readonly unknown[]) => Promise<unknown>;
    postAnswer(port, { id, result: await call(...args) });
  } catch (cause) {
    postAnswer(port, { id, failure: systemErrorMessage(cause) });
  }
  if (method === 'close') port.close();
}
