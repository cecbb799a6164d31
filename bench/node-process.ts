/** The node that is measured: the built program, in a process and a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scratch } from './scratch.js';

export const PROGRAM = fileURLToPath(new URL('../../bin/chirograph.js', import.meta.url));
/** As the README says to start it. */
const PRODUCTION_FLAGS = ['--max-semi-space-size=32'];
const ANY_PORTS = ['--port', '0', '--metrics-port', '0'];
/** How often Linux counts the processor time of a process, in one second. */
const TICKS_PER_SECOND = 100;

export interface NodeProcess {
  readonly url: string;
  readonly metricsUrl: string;
  readonly apiKey: string;
  /** When it is killed, and whatever works on it should be. */
  readonly interrupted: AbortSignal;
  /** Between the start of the process and its `listening`. */
  readonly startMillis: number;
  /** Resident memory in bytes. */
  residentBytes(): Promise<number>;
  /** Processor time of all its threads so far, in microseconds. */
  cpuMicros(): Promise<number>;
  /** Ends it with a signal and waits until it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface StartOptions {
  /** Another build of the same, to compare with. */
  readonly program?: string | undefined;
  /** Of `serve`. */
  readonly flags?: readonly string[];
}

/** Goes on with what is in the directory. */
export async function startNode(
  { directory, interrupted }: Scratch,
  apiKey: string,
  { program = PROGRAM, flags = [] }: StartOptions = {},
): Promise<NodeProcess> {
  const logPath = join(directory, 'node.log');
  // A file, not a pipe: reading the log is no part of the load.
  const log = await open(logPath, 'w');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...[...PRODUCTION_FLAGS, program, 'serve', '--data', join(directory, 'data')],
      ...[...ANY_PORTS, ...flags],
    ],
    {
      env: { ...process.env, CHIROGRAPH_ADMIN_KEY: apiKey },
      stdio: ['ignore', log.fd, log.fd],
      signal: interrupted,
      killSignal: 'SIGKILL',
    },
  );
  // Of being killed when all is interrupted, which whoever waits for its answers hears by itself.
  child.on('error', () => undefined);
  const listening = await untilListening(child, logPath);
  const startMillis = performance.now() - started;
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new Error('the node did not start');
  return {
    ...listening,
    apiKey,
    interrupted,
    startMillis,
    residentBytes: () => residentBytes(pid),
    cpuMicros: () => cpuMicros(pid),
    stop: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

export function newApiKey(): string {
  return randomBytes(32).toString('hex');
}

async function untilListening(
  child: ChildProcess,
  logPath: string,
): Promise<{ url: string; metricsUrl: string }> {
  for (;;) {
    const text = await readFile(logPath, 'utf8');
    for (const line of text.split('\n').filter((one) => one.includes('"listening"'))) {
      const { url, metricsUrl } = JSON.parse(line) as { url: string; metricsUrl: string };
      return { url, metricsUrl };
    }
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the node ended:\n${text}`);
    await delay(5);
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

async function cpuMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // proc(5): behind the name in brackets, utime and stime are the 12th and 13th fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}
