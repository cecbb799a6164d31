/**
 * Runs a program under strace and makes a trace of what it did to some directories. That the trace
 * is true is checked at the end of every run: the directories rebuilt from it, with everything
 * surviving, must be those that the program left, to the byte.
 */
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path/posix';
import type { AcknowledgementScanner } from './acknowledgements.js';
import { CallInterpreter } from './call-interpreter.js';
import { DiskModel } from './disk-model.js';
import { baseOf } from './rebuild.js';
import { type ProgramToRun, RunningProgram } from './running-program.js';
import { snapshot } from './snapshot.js';
import { readCalls } from './strace-calls.js';
import { TraceBuilder } from './trace-builder.js';
import { RecordingError, type Trace } from './trace.js';

export interface Recording {
  readonly program: ProgramToRun;
  /** Absolute paths without symbolic links; they need not exist yet. Only the program may change them. */
  readonly directories: readonly string[];
  /** Makes what finds acknowledgements in the data sent; called once for each connection. */
  readonly newScanner: () => AcknowledgementScanner;
  /** Uses the program; when it resolves, the program is stopped. */
  readonly drive: (program: RunningProgram) => Promise<void>;
  /** SIGTERM unless given: a program that ends of itself leaves nothing uncertain behind. */
  readonly stopWith?: 'SIGTERM' | 'SIGKILL';
}

const READ_BYTES = 4 * 1024 * 1024;

/** @throws RecordingError if it cannot be known what the program did. */
export async function record(recording: Recording): Promise<Trace> {
  const { directories, program } = recording;
  for (const directory of directories) refuseUnlessPlain(directory, baseOf(directories));
  const builder = new TraceBuilder(directories, recording.newScanner);
  for (const [path, entry] of snapshot(directories)) {
    const inode = builder.create(path, entry.type, entry.mode);
    if (entry.type === 'file') builder.write(inode, 0, entry.bytes);
  }
  builder.begin();
  const logDirectory = mkdtempSync(join(tmpdir(), 'power-cut-'));
  try {
    const log = join(logDirectory, 'strace');
    await run(recording, log);
    const interpreter = new CallInterpreter(builder, {
      directory: program.workingDirectory,
      umask: ownUmask(),
    });
    const chunks = createReadStream(log, { highWaterMark: READ_BYTES });
    for await (const step of readCalls(chunks)) interpreter.take(step);
    interpreter.finish();
  } finally {
    rmSync(logDirectory, { recursive: true });
  }
  const trace = builder.finish();
  refuseDifference(trace);
  return trace;
}

async function run(recording: Recording, log: string): Promise<void> {
  const running = await RunningProgram.start(recording.program, log);
  try {
    await recording.drive(running);
    running.kill(recording.stopWith ?? 'SIGTERM');
  } catch (cause) {
    running.kill('SIGKILL');
    throw cause;
  } finally {
    await running.ended();
  }
}

/** Paths in the trace are compared as text, and rebuilt beside each other. */
function refuseUnlessPlain(directory: string, base: string): void {
  if (!directory.startsWith(`${base}/`))
    throw new RecordingError(`${directory} does not lie in ${base}, as the first directory does`);
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  if (realpathSync(existing) !== existing)
    throw new RecordingError(`${directory} is not an absolute path without symbolic links`);
}

function ownUmask(): number {
  const [, mask] = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (mask === undefined) throw new RecordingError('/proc/self/status names no umask');
  return Number.parseInt(mask, 8);
}

function refuseDifference(trace: Trace): void {
  const model = new DiskModel(trace, 'posix');
  for (const event of trace.events) model.apply(event);
  const modelled = model.current();
  const real = snapshot(trace.directories);
  const paths = new Set([...modelled.keys(), ...real.keys()]);
  for (const path of paths) {
    const [ours, theirs] = [modelled.get(path), real.get(path)];
    if (ours === undefined || theirs === undefined) {
      if (trace.uncertainNames) continue;
      throw new RecordingError(
        `${path} ${ours === undefined ? 'is on disk, not in the trace' : 'is in the trace, not on disk'}`,
      );
    }
    if (ours.type !== theirs.type || ours.mode !== theirs.mode)
      throw new RecordingError(`${path} has another type or mode than the trace says`);
    if (ours.type !== 'file' || theirs.type !== 'file') continue;
    if (ours.inode !== null && trace.uncertainInodes.has(ours.inode)) continue;
    if (!Buffer.from(ours.bytes).equals(theirs.bytes))
      throw new RecordingError(`${path} holds other bytes than the trace says`);
  }
}
