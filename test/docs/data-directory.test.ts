import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openNodeDrives } from '../support/node-drives.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ANNA, bytesOf, inPieces, TENANT } from '../support/test-drives.js';
import { openTestNode } from '../support/test-node.js';

const [, data = '', keys = ''] = readFileSync('docs/formats/data-directory.md', 'utf8').split(
  /^## (?:Data directory|Key store)$/m,
);

/** The paths in the first table of a section; what `<…>` stands for has neither slash nor dot. */
function paths(section: string): { path: string; pattern: RegExp }[] {
  const [, table = ''] = /^\| path .*\n\|[-| ]+\|\n((?:\|.*\n)+)/m.exec(section) ?? [];
  return table
    .trimEnd()
    .split('\n')
    .map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? '')
    .map((path) => {
      const escaped = path.replace(/[.]/g, '\\.').replace(/<[a-z]+>/g, '[^/.]+');
      return { path, pattern: new RegExp(`^${escaped}${path.endsWith('/') ? '.+' : ''}$`) };
    });
}

async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)));
}

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** What the interface and the operator make, and what an earlier version made. */
const NOT_BY_THE_NODE_ALONE = [
  'access.json',
  'augmentation.json',
  'backup-targets.json',
  'calendars/<log>/pending.<size>.json',
  'calendars/<log>/<size>.json',
  'chirograph.config.json',
  'epochs/<log>/<epoch>.json',
  'files/copies/<ledger>.json',
  'keepers/<ledger>.json',
  'kept/cores/',
  'kept/heads/<origin>.json',
  'kept/heads/<origin>.misbehaviour.json',
  'kept/logs/<origin>.json',
  'kept/witness/<origin>.seen',
  'replicas/cores/',
  'replicas/heads/<origin>.json',
  'replicas/heads/<origin>.misbehaviour.json',
  'replicas/votes/<origin>.json',
  'stamps/<log>/<size>.json',
  'time-stamps.json',
  'views/',
  'witnessed.json',
];

describe('docs/formats/data-directory.md', () => {
  it('names every file that a node makes, and none that it does not', async () => {
    const opened = await openTestNode(root);
    const { node } = opened;
    await node.store.createLedger(node.tenantNamed('default'), 'kyc');
    for (const { identity } of node.store.allLedgers())
      if (identity.name === 'kyc') await node.store.rotateKeys(identity.handle);
    await node.anchorNow();
    const drives = await openNodeDrives(opened, root);
    const drive = await drives.make(TENANT, ANNA, 'passports');
    await drive.store(inPieces(bytesOf(100_000)));
    await drives.close();
    await opened.close();

    for (const [section, directory, others] of [
      [data, 'data', NOT_BY_THE_NODE_ALONE],
      [
        keys,
        'data.keys',
        [
          'access-mark.json',
          'anchor.<n>.json',
          'group.<SHA-256 of the origin>.json',
          'replication.json',
        ],
      ],
    ] as const) {
      const documented = paths(section);
      const found = await filesOf(join(root, directory));
      const unknown = found.filter((path) => !documented.some(({ pattern }) => pattern.test(path)));
      expect(unknown).toEqual([]);
      const missing = documented.filter(({ pattern }) => !found.some((path) => pattern.test(path)));
      // What the node's interface and its operator make.
      const made: readonly string[] = others;
      expect(missing.map(({ path }) => path).filter((path) => !made.includes(path))).toEqual([]);
    }
  });
});
