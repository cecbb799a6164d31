/** Entry of the thread that `schemaTrial` starts. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/errors.js';
import { checkDocument } from '../schemas/compile-document.js';
import type { SchemaDocument } from '../schemas/schema-document.js';
import { SchemasError } from '../schemas/schemas-error.js';
import type { TrialVerdict } from './schema-trial.js';

assert(parentPort !== null, 'this runs as a worker thread');
parentPort.postMessage(verdict(workerData as SchemaDocument));

function verdict(document: SchemaDocument): TrialVerdict {
  try {
    checkDocument(document);
    return { kind: 'taken' };
  } catch (error) {
    if (!(error instanceof SchemasError)) throw error;
    return { kind: 'refused', message: error.message, faults: error.faults };
  }
}
