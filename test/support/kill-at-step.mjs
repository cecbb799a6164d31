/**
 * Loaded into a node before its program (`NODE_OPTIONS=--import=…`). From the first SIGUSR2 on, it counts what is asked of the
 * disk, and kills the process, as `kill -9` does, before the step number `KILL_AT_STEP` (from 0). At the next SIGUSR2
 * it says how many there were.
 */
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const killAt = Number(process.env.KILL_AT_STEP ?? Infinity);
let steps = 0;
let isCounting = false;

function step() {
  if (isCounting && steps++ === killAt) process.kill(process.pid, 'SIGKILL');
}

function countEach(object, names) {
  for (const name of names) {
    const original = object[name];
    object[name] = function counted(...given) {
      step();
      return original.apply(this, given);
    };
  }
}

if (isMainThread) {
  const handle = await files.open(fileURLToPath(import.meta.url));
  countEach(Object.getPrototypeOf(handle), ['write', 'writeFile', 'truncate', 'sync', 'datasync']);
  await handle.close();
  countEach(files, ['rename', 'unlink', 'rm']);
  syncBuiltinESMExports();
  process.on('SIGUSR2', () => {
    writeSync(1, `${JSON.stringify({ event: isCounting ? 'counted' : 'counting', steps })}\n`);
    isCounting = !isCounting;
  });
}
