/** `chirograph keys ceremony`: a recovery key that no one person has, made on a machine without a network. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { RandomPool } from '../base/random.js';
import { type Clock, systemClock } from '../base/time.js';
import { combineShares, splitNewKey } from '../keys/recovery-key.js';
import {
  fingerprintOf,
  formatRecoveryPublicKey,
  formatShare,
  LABEL_PATTERN,
  MAX_OFFICERS,
  MIN_THRESHOLD,
  type RecoveryPublicKey,
  spokenFingerprint,
} from '../keys/recovery-share.js';
import { ceremonyProtocol } from './ceremony-protocol.js';
import { CliError } from './cli-error.js';
import { makeOwnDirectory } from './files.js';
import { createOwnFile, forgetShares, readShares } from './recovery-files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface CeremonyFlags {
  readonly threshold?: number;
  readonly officers?: number;
  readonly out?: string;
  readonly tenant?: string;
  readonly check?: readonly string[];
  readonly json?: true;
}

export function addCeremonyCommand(keys: Command, terminal: Terminal): void {
  keys
    .command('ceremony')
    .description(
      'make a recovery key, split it among officers, and print the protocol; or try shares out with --check',
    )
    .option('--threshold <m>', 'officers whose shares make the key together', count)
    .option('--officers <n>', 'officers who get a share', count)
    .option('--out <directory>', 'new or empty, where the shares and the public part are written')
    .option('--tenant <label>', 'whose key it is, for people')
    .option(
      '--check <share...>',
      'prove that these shares make the key together, without writing anything',
    )
    .option('--json', 'print JSON')
    .action(async (flags: CeremonyFlags) => {
      if (flags.check !== undefined) await check(flags.check, flags, terminal);
      else await hold(flags, systemClock, terminal);
    });
}

async function hold(flags: CeremonyFlags, clock: Clock, terminal: Terminal): Promise<void> {
  const { threshold, officers, out, tenant: label } = flags;
  if (threshold === undefined || officers === undefined || out === undefined)
    throw usage('--threshold, --officers and --out are needed, or --check');
  if (threshold < MIN_THRESHOLD || threshold > officers || officers > MAX_OFFICERS)
    throw usage(
      `--threshold must be ${MIN_THRESHOLD} to --officers, and --officers at most ${MAX_OFFICERS}`,
    );
  if (label !== undefined && !LABEL_PATTERN.test(label))
    throw usage('--tenant must be one line of 1 to 100 characters');
  await makeOwnDirectory(out);
  if ((await readdir(out)).length > 0)
    throw new CliError(
      'CLI_FILE',
      `${oneLine(out)}: it is not empty; no ceremony is mixed with another`,
    );
  const { publicPart, shares } = await splitNewKey({
    ...{ threshold, officers, madeAt: clock.now(), random: new RandomPool() },
    ...(label !== undefined && { label }),
  });
  const paths = shares.map(({ number }) => join(out, shareName(number)));
  try {
    // Without `recovery.json`, which comes last, what a crash leaves is no ceremony, and no node takes it.
    for (const [at, share] of shares.entries())
      await createOwnFile(paths[at] ?? '', formatShare(share));
  } finally {
    forgetShares(shares);
  }
  await prove(paths, publicPart);
  await createOwnFile(join(out, 'recovery.json'), formatRecoveryPublicKey(publicPart));
  const protocol = ceremonyProtocol(publicPart, shareName);
  await createOwnFile(join(out, 'protocol.txt'), utf8(`${protocol.join('\n')}\n`));
  printResult(terminal, flags.json, saidOf(publicPart), protocol);
}

/** From the files, as officers will bring them. @throws RecoveryError. */
async function prove(paths: readonly string[], publicPart: RecoveryPublicKey): Promise<void> {
  const { threshold, publicKey } = publicPart;
  const shares = await readShares(paths);
  try {
    // The first and the last m, and all n at once: each share has been part of the key.
    for (const some of [shares.slice(0, threshold), shares.slice(-threshold), shares]) {
      const key = await combineShares(some);
      key.close();
      assert(fingerprintOf(key.publicKey) === fingerprintOf(publicKey), 'another key came out');
    }
  } finally {
    forgetShares(shares);
  }
}

async function check(
  paths: readonly string[],
  { json, threshold, officers, out }: CeremonyFlags,
  terminal: Terminal,
): Promise<void> {
  if (threshold !== undefined || officers !== undefined || out !== undefined)
    throw usage('--check makes nothing: leave out --threshold, --officers and --out');
  const shares = await readShares(paths);
  try {
    const key = await combineShares(shares);
    key.close();
    const numbers = shares.map(({ number }) => number).sort((a, b) => a - b);
    const { ceremony, label = null, threshold: m, officers: n } = shares[0] ?? unreachable();
    const publicKey = fingerprintOf(key.publicKey);
    const said = { ceremony, label, officers: n, publicKey, shares: numbers, threshold: m };
    printResult(terminal, json, said, [
      `shares ${numbers.join(', ')} of ${n} make the recovery key (${m} are needed)`,
      `ceremony    ${ceremony}`,
      ...(label === null ? [] : [`for         ${oneLine(label)}`]),
      `public key  ${spokenFingerprint(publicKey)}`,
    ]);
  } finally {
    forgetShares(shares);
  }
}

function saidOf(publicPart: RecoveryPublicKey) {
  const { ceremony, label = null, officers, publicKey, shares, threshold } = publicPart;
  return {
    ...{ ceremony, label, officers, threshold },
    publicKey: fingerprintOf(publicKey),
    shares: shares.map((fingerprint, at) => ({ file: shareName(at + 1), fingerprint })),
  };
}

function shareName(number: number): string {
  return `share-${number}.json`;
}

function count(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

function usage(message: string): CliError {
  return new CliError('CLI_USAGE', message);
}

function unreachable(): never {
  assert(false, 'a key was made of no shares');
}
