/** Entry of the worker thread that `WorkerPreparer` starts. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../base/errors.js';
import { RandomPool } from '../../base/random.js';
import { servePreparation } from './internal/serve-preparation.js';

assert(parentPort !== null, 'this runs as a worker thread');
servePreparation(parentPort, new RandomPool(), (cause) => {
  // Not as a rejection: the thread ends with it, and whoever waits is told.
  setImmediate(() => {
    throw cause;
  });
});
