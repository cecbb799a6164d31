/** A key ceremony in a directory, as officers and the node's operator get it. */
import { mkdir, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../cli/support/run-cli.js';

export interface HeldCeremony {
  /** By number, from 0. */
  readonly shares: readonly string[];
  /** For the setting `recoveryKeys`. */
  readonly recoveryKeys: string;
}

export async function holdCeremony(
  root: string,
  { threshold = 2, officers = 3, name = 'ceremony' } = {},
): Promise<HeldCeremony> {
  const out = join(root, name);
  const rule = ['--threshold', String(threshold), '--officers', String(officers)];
  const { code, stderr } = await runCli(['keys', 'ceremony', ...rule, '--out', out]);
  if (code !== 0) throw new Error(stderr);
  const recoveryKeys = join(root, `${name}.public`);
  await mkdir(recoveryKeys);
  await copyFile(join(out, 'recovery.json'), join(recoveryKeys, 'recovery.json'));
  const shares = Array.from({ length: officers }, (_, at) => join(out, `share-${at + 1}.json`));
  return { shares, recoveryKeys };
}
