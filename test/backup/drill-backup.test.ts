/** Drills: what can be restored is said to be sound, and nothing else is. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import { drillBackup, type DrillReport } from '../../src/drill-backup.js';
import { ClientMemory } from '../support/client-memory.js';
import { directoryDigests } from '../support/directory-digests.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import { appendSome, backUp, keysOf } from './backed-node.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  const opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  await appendSome(opened, new ClientMemory(), 0, 12);
  await opened.node.anchorNow();
  await backUp(opened, root);
  // The node goes on, and so does its mark; a log of the backup goes on by other keys.
  for (const { identity } of opened.node.store.allLedgers())
    if (identity.name === 'kyc') await opened.node.store.rotateKeys(identity.handle);
  await appendSome(opened, new ClientMemory(), 20, 24);
  await opened.node.anchorNow();
  await opened.close();
  await (await openTestNode(root)).close();
  await mkdir(join(root, 'scratch'));
});
afterEach(() => removeDirectory(root));

async function drill(): Promise<DrillReport> {
  return drillBackup({
    from: join(root, 'target'),
    vaultsFrom: [],
    keyStore: await keysOf(root),
    clock: new FakeClock(),
    random: new RandomPool(),
    scratch: join(root, 'scratch'),
    perLog: 5,
    progress: () => undefined,
  });
}

describe('a drill', () => {
  it('restores elsewhere, opens and proves some of each log, and leaves everything as it was', async () => {
    const before = await directoryDigests(join(root, 'data.keys'));
    const report = await drill();
    expect(report).toMatchObject({ isSound: true, findings: [], backup: { number: 1 } });
    const kyc = report.logs.find(({ origin }) => origin.endsWith('/kyc'));
    expect(kyc).toMatchObject({ size: 13, proved: 5 });
    expect(kyc?.opened).toBeGreaterThanOrEqual(4);
    expect(report.restoreMillis).toBeGreaterThan(0);
    expect(await readdir(join(root, 'scratch'))).toEqual([]);
    expect(await directoryDigests(join(root, 'data.keys'))).toEqual(before);
  }, 60_000);

  it('names what keeps the backup from being restored', async () => {
    const parts = join(root, 'target', 'parts');
    const [name = ''] = await readdir(parts);
    const bytes = await readFile(join(parts, name));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(join(parts, name), bytes);
    const report = await drill();
    expect(report.isSound).toBe(false);
    expect(report.findings.join('\n')).toContain(`parts/${name} is not what was written`);
    expect(await readdir(join(root, 'scratch'))).toEqual([]);
  }, 60_000);
});
