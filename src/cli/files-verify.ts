/** `chirograph files verify`: re-hashes a drive of a stopped node against its ledger. */
import { Argument, type Command } from 'commander';
import { DEFAULT_TENANT } from '../access/tenant-name.js';
import type { JsonObject } from '../base/canonical-json.js';
import { systemClock } from '../base/time.js';
import type { DriveFinding, DriveSummary } from '../files/verify/verify-drive.js';
import { damageOf, verifyFiles } from '../verify-files.js';
import { withExamples } from './command-help.js';
import { createProgress } from './progress.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface VerifyFlags extends StoreFlags {
  readonly tenant: string;
}

/** In one JSON answer. */
const MAX_LISTED = 1_000;

export function addFilesVerifyCommand(files: Command, terminal: Terminal, end: End): void {
  const command = withStoreOptions(files.command('verify'))
    .addArgument(new Argument('<drive>', 'name of the drive'))
    .description(
      'read all content of a drive of a stopped node again, older and removed versions too, and compare it with the ledger',
    )
    .option('--tenant <name>', 'tenant of the drive', DEFAULT_TENANT)
    .action(async (drive: string, flags: VerifyFlags) => {
      end((await verify(drive, flags, terminal)) === 0 ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph files verify passports --data chirograph-data',
    'chirograph files verify passports --data chirograph-data --json',
  );
}

/** @returns how many findings. */
async function verify(drive: string, flags: VerifyFlags, terminal: Terminal): Promise<number> {
  const progress = createProgress(terminal);
  const listed: JsonObject[] = [];
  let findings = 0;
  try {
    const all = verifyFiles({
      ...(await closedStore(flags, terminal, 'read')),
      ...{ clock: systemClock, tenant: flags.tenant, drive },
      progress: ({ versions, bytes }) => {
        progress.show(`${versions} versions, ${bytes} bytes`);
      },
    });
    for (;;) {
      const { done, value } = await all.next();
      if (done === true) {
        progress.end();
        print(terminal, flags, { ...value, findings, listed });
        return findings;
      }
      findings++;
      if (flags.json !== true) {
        // Each as it is found: there may be many, and the rest may take long.
        progress.end();
        terminal.stdout(`damaged: ${lineOf(value)}\n`);
      } else if (listed.length < MAX_LISTED) listed.push(jsonOf(value));
    }
  } finally {
    progress.end();
  }
}

function print(
  terminal: Terminal,
  { json }: VerifyFlags,
  {
    findings,
    listed,
    ...read
  }: DriveSummary & { readonly findings: number; readonly listed: readonly JsonObject[] },
): void {
  const { versions, bytes, erased } = read;
  const gone = erased === 0 ? '' : `; ${erased} entries of those who were forgotten`;
  const what = `${versions} versions, ${bytes} bytes read again${gone}`;
  printResult(terminal, json, { sound: findings === 0, ...read, findings, damaged: listed }, [
    findings === 0 ? `sound: ${what}, each as the ledger says` : `damaged: ${findings} of ${what}`,
  ]);
}

function lineOf(finding: DriveFinding): string {
  const { path, version, log, entry, state } = finding;
  const where = path === null ? '' : `${oneLine(path)} `;
  const which = state === null ? '' : `${state} `;
  return `${where}(${which}version ${version}, entry ${entry} of ${oneLine(log)}): ${oneLine(damageOf(finding))}`;
}

function jsonOf({
  path,
  state,
  reason,
  isLocked,
  differing,
  ...finding
}: DriveFinding): JsonObject {
  return {
    ...finding,
    ...(path !== null && { path }),
    ...(state !== null && { state }),
    ...(reason !== null && { reason }),
    ...(isLocked && { locked: true }),
    ...(differing.length > 0 && { differing: [...differing] }),
  };
}
