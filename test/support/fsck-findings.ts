import { join } from 'node:path';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { fsck } from '../../src/ledger/fsck.js';

/** What `fsck` says of the store under `root`, one line a finding. */
export async function fsckFindings(root: string): Promise<string[]> {
  const dataDirectory = join(root, 'data');
  const random = new RandomPool();
  const directory = join(root, 'data.keys');
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  const options = { dataDirectory, keyStore, random, progress: () => undefined };
  const findings: string[] = [];
  for await (const { log, problem } of fsck(options)) findings.push(`${log} ${problem}`.trim());
  return findings;
}
