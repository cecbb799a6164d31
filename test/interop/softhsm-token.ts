/** A token of SoftHSM2 in a directory of its own, and the process that a module is loaded into. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';

export const PIN = '648219';
export const MODULE =
  [
    '/usr/lib/softhsm/libsofthsm2.so',
    '/usr/lib64/pkcs11/libsofthsm2.so',
    '/usr/local/lib/softhsm/libsofthsm2.so',
  ].find(existsSync) ?? 'libsofthsm2.so';

/** Jest's `process.env` is a copy: what other programs are given has to be said. */
export const run = (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(program, args, { env: process.env });

export interface SoftToken {
  readonly path: (name: string) => string;
  /** What `softhsm/make-keys.mjs` prints. */
  readonly make: (...args: readonly string[]) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** One for the whole process: its module finds it by a variable. */
export async function softToken(label: string): Promise<SoftToken> {
  const folder = await mkdtemp(join(tmpdir(), 'chirograph-softhsm-'));
  const path = (name: string): string => join(folder, name);
  await mkdir(path('tokens'));
  await writeFile(
    path('softhsm2.conf'),
    `directories.tokendir = ${path('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  process.env['SOFTHSM2_CONF'] = path('softhsm2.conf');
  await run('softhsm2-util', [
    ...['--module', MODULE, '--init-token', '--free', '--label', label],
    ...['--so-pin', '0987654321', '--pin', PIN],
  ]);
  const script = 'test/interop/softhsm/make-keys.mjs';
  return {
    path,
    make: async (...args) =>
      (await run(process.execPath, [script, MODULE, label, PIN, ...args])).stdout,
    remove: async () => {
      delete process.env['SOFTHSM2_CONF'];
      await rm(folder, { recursive: true });
    },
  };
}

/** With the module in it. */
export function childProcess(parent = process.pid): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = / \S \d+ /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[0];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line?.split(' ')[2] === String(parent) && command.includes('pkcs11-process');
      } catch {
        return false;
      }
    });
  expect(found).toHaveLength(1);
  return Number(found[0]);
}
