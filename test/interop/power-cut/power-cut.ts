/**
 * The power-cut harness: shows that nothing a program acknowledged is lost when the power goes, at
 * any moment. SIGKILL cannot show that, since the kernel keeps what was written and never synced.
 *
 * How to use it:
 *
 *   const trace = await recordRun({
 *     program: { command, arguments, workingDirectory, environment },
 *     directories: ['/tmp/x/data', '/tmp/x/data.keys'],
 *     newScanner: acknowledgementsMatching(/"id":"([0-9a-f]{64})"/),
 *     drive: async (program) => {
 *       const [, url] = await program.output(/"url":"([^"]+)"/);
 *       …                                              // post records with fetch
 *     },
 *   });
 *   const report = await findLosses(
 *     trace,
 *     { seed: 1, count: 'every sync', fileSystem: 'posix', into: temporaryDirectory },
 *     async (directory, acknowledged) => [ … ],        // open `${directory}/data`, say what is missing
 *   );
 *   expect(report.findings).toEqual([]);               // and report.cuts, report.acknowledged > 0
 *
 * `count: 'every sync'` is more than a sample: what is left if only synced bytes survive changes at
 * no other moment than when a sync returns. It cuts just before each does, when most has been
 * acknowledged on what was synced until then; so, in the run recorded, no acknowledgement left before
 * the sync that covers it. Each of these moments is also cut with names surviving without their data,
 * and once in a torn way drawn from the seed. `count: n` draws moments and ways. Where opening the
 * store is slow, `share` takes a part of the cuts, and `acknowledgedBeforeSynced` (sync-order.ts)
 * looks at all acknowledgements without opening anything.
 *
 * What is there when a run begins counts as durable. A run may begin on what a cut left: record the
 * reopening of it, and cut the power during recovery.
 *
 * The model of the disk. fsync and fdatasync make durable what had been written to the file before
 * they were called, once they have returned without error. Until then each sector of 512 or 4,096
 * bytes holds what it held after any number of the changes since, zeros where the file has grown; the
 * size is one it has had, or ends at a sector of the last write. A name is durable when its directory
 * is synced (`posix`), or in the order in which names came to be (`journaled`: ext4, XFS); a rename
 * happens wholly or not at all. An acknowledgement counts from the moment its bytes are handed to the
 * kernel. Permissions are durable at once.
 *
 * Not modelled, and refused where the recorder sees it: writing through mmap, copy_file_range and the
 * like into a recorded file, write() at the position of a file open for reading too, symbolic links,
 * O_TMPFILE, renames across the border of the recorded directories. io_uring is switched off in the
 * program. Not modelled, and not seen: disks that lie about a sync or tear a sector, bits that flip,
 * times and extended attributes (Hypercore's device file: open with `allowBackup`), hard links (they
 * become copies), TLS (acknowledgements are read from what goes to the sockets). At the end of a run
 * the trace is compared with the directories themselves, so what was not seen does not go unnoticed.
 *
 * It needs strace (tried with 6.1) and the right to trace one's own processes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path/posix';
import { chances, type Way } from './cut-chances.js';
import { drawnCuts, syncCuts } from './cut-points.js';
import { DiskModel, type FileSystem } from './disk-model.js';
import { rebuild } from './rebuild.js';
import { record as recordRun } from './trace-recorder.js';
import type { Trace } from './trace.js';

export { recordRun };
export { acknowledgementsMatching } from './acknowledgements.js';

export interface CutPlan {
  readonly seed: number;
  readonly count: number | 'every sync';
  readonly fileSystem: FileSystem;
  /** Where the directories are rebuilt. */
  readonly into: string;
  /** Only every `of`th cut, beginning with number `part`, so that a long suite can be had in parts. */
  readonly share?: { readonly part: number; readonly of: number };
}

export interface PowerCut {
  readonly number: number;
  /** How many of the trace's events came before it. */
  readonly position: number;
  readonly way: Way;
  /** Holds the recorded directories under their own names. It is gone when the next cut is asked for. */
  readonly directory: string;
  /** In the order in which they were sent; an id stands as often as it was sent. */
  readonly acknowledged: readonly string[];
  /** What became of what was not synced. */
  readonly story: readonly string[];
  /** Leaves the directory where it is, for someone to look at. */
  keep(): void;
}

/** Cuts come in the order of time. The same trace and plan give the same cuts. */
export function* powerCuts(trace: Trace, plan: CutPlan): Generator<PowerCut> {
  const { seed, count, fileSystem, into, share = { part: 0, of: 1 } } = plan;
  const points = count === 'every sync' ? syncCuts(trace) : drawnCuts(trace, seed, count);
  const model = new DiskModel(trace, fileSystem);
  const acknowledged: string[] = [];
  let at = 0;
  for (const [number, { position, way }] of points.entries()) {
    if (number % share.of !== share.part) continue;
    for (; at < position; at++) {
      const event = trace.events[at];
      if (event === undefined) throw new RangeError('a cut behind the end of the trace');
      model.apply(event);
      if (event.kind === 'send') acknowledged.push(...event.acknowledged);
    }
    const story: string[] = [];
    const image = model.cut(chances(way, [seed, number, position], (line) => story.push(line)));
    const directory = mkdtempSync(join(into, `cut-${seed}-${number}-`));
    rebuild(image, trace.directories, directory);
    const kept = new Set<string>();
    const keep = (): void => {
      kept.add(directory);
    };
    try {
      yield { number, position, way, directory, acknowledged: [...acknowledged], story, keep };
    } finally {
      if (!kept.has(directory)) rmSync(directory, { recursive: true });
    }
  }
}

/** Opens what a cut left and says what is wrong with it; nothing wrong: no problems. */
export type Check = (
  directory: string,
  acknowledged: readonly string[],
) => Promise<readonly string[]>;

export interface Finding extends Pick<
  PowerCut,
  'number' | 'position' | 'way' | 'directory' | 'story'
> {
  readonly seed: number;
  readonly problems: readonly string[];
}

export interface PowerCutReport {
  readonly cuts: number;
  /** Most acknowledgements that any of the cuts had to keep. */
  readonly acknowledged: number;
  /** Their directories are kept. */
  readonly findings: readonly Finding[];
}

/** @param most stops after so many findings. */
export async function findLosses(
  trace: Trace,
  plan: CutPlan,
  check: Check,
  most = 1,
): Promise<PowerCutReport> {
  const findings: Finding[] = [];
  let cuts = 0;
  let acknowledged = 0;
  for (const cut of powerCuts(trace, plan)) {
    cuts++;
    acknowledged = Math.max(acknowledged, cut.acknowledged.length);
    const problems = await check(cut.directory, cut.acknowledged);
    if (problems.length === 0) continue;
    cut.keep();
    const { number, position, way, directory, story } = cut;
    findings.push({ seed: plan.seed, number, position, way, directory, story, problems });
    if (findings.length >= most) break;
  }
  return { cuts, acknowledged, findings };
}
