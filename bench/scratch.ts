/**
 * A directory that is gone when the benchmark ends, also when it is interrupted: what is under way is then
 * told so, ends with an error, and takes its processes with it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Scratch {
  readonly directory: string;
  /** Aborted when the benchmark is interrupted: for every process that it starts. */
  readonly interrupted: AbortSignal;
}

/** @param parent where the directory is made. @throws what `work` throws; when interrupted, anything. */
export async function withScratch(
  parent: string,
  work: (scratch: Scratch) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(parent, 'chirograph-bench-'));
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  // Once each: whoever does not want to wait for the end sends another.
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    await work({ directory, interrupted: interruption.signal });
  } catch (cause) {
    if (!interruption.signal.aborted) throw cause;
    process.stderr.write('bench: interrupted; its directory is removed\n');
    process.exitCode = 130;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A part of it, which goes with it. */
export async function within(scratch: Scratch, name: string): Promise<Scratch> {
  const directory = join(scratch.directory, name);
  await mkdir(directory);
  return { ...scratch, directory };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
