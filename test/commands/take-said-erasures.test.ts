/** An erasure that a shared ledger names, and of which `_access` knows no more than that it was asked for. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Principal } from '../../src/access/authorize.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import type { LeafIndex } from '../../src/base/brand.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { silentLogger } from '../../src/base/logger.js';
import { dataScope, monthOf, type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import { unobservedErasures } from '../../src/commands/erasure-run.js';
import { Eraser } from '../../src/commands/run-erasures.js';
import { openNodeAccess } from '../../src/node-access.js';
import { erasureNumbered } from '../../src/queries/tenant-erasures.js';
import type { ErasureStatement } from '../../src/records/statement.js';
import type { Erasure } from '../../src/retention/erasure.js';
import type { Hold } from '../../src/retention/hold.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

const ADMIN: Principal = {
  keyId: '0a1b2c3d4e5f' as Principal['keyId'],
  tenant: DEFAULT_TENANT,
  role: 'admin',
  author: 'Admin 1',
};

let root: string;
let opened: TestNode;
beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
});
afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

it('is gone on with by what the ledger says, once, and of others only what goes is destroyed', async () => {
  const { node, clock } = opened;
  const { store } = node;
  const access = await openNodeAccess(node, { ...opened, refusalsPerMinute: 10 });
  const eraser = new Eraser({
    ...access,
    ...{ store, clock, logger: silentLogger },
    ...{ changes: access.erasureChanges, observer: unobservedErasures },
    holders: () => Promise.resolve([]),
  });
  const handle = access.handleOf(DEFAULT_TENANT);
  const vault = store.vaultOf(handle);
  const at = clock.now();
  const proposed: Erasure = {
    ...{ number: 1, id: '0123456789ab', kind: 'subject', subject: 'anna', state: 'proposed' },
    ...{ reason: 'asked', legalBasis: 'a law', proposedAt: at },
    proposedBy: { author: ADMIN.author, key: ADMIN.keyId },
  };
  await access.erasureChanges.put(DEFAULT_TENANT, proposed, {});
  // What the version rests on is as good as any other secret.
  const rowOf = async (scope: SecretScope): Promise<string> => {
    const ref = await vault.find(scope);
    if (ref === null) throw new Error('a secret was there');
    return toHex(ref.rowId);
  };
  const rows = [await rowOf(dataScope('anna', 'erasure', monthOf(at)))];
  const tags = await vault.find(tagsScope('anna'));
  if (tags !== null) rows.push(toHex(tags.rowId));
  const named: ErasureStatement = {
    ...{ kind: 'erasure', id: proposed.id, rows },
    ...{ index: 3 as LeafIndex, recordedAt: at },
  };
  vault.condemn(rows);
  await eraser.destroyNamed(DEFAULT_TENANT, [named]);
  for (const row of rows) expect(await vault.secretOfRow(fromHex(row))).toBeNull();
  expect([vault.generation, vault.condemned.size]).toEqual([2, 0]);
  const ledger = store.ledger(handle, '_access');
  const { erasure, said } = await erasureNumbered(ledger, vault, DEFAULT_TENANT, 1);
  expect(erasure.state).toBe('done');
  expect(said.certificate).toMatchObject({
    generations: { before: 1, after: 2 },
    went: { classes: { erasure: { [monthOf(at)]: 1 } } },
  });
  const { size } = ledger.reader.head;
  await eraser.destroyNamed(DEFAULT_TENANT, [named]);
  expect([vault.generation, ledger.reader.head.size]).toEqual([2, size]);

  // Of another node: nothing of it is known here.
  const other = await rowOf(tagsScope(`tenant:${DEFAULT_TENANT}`));
  vault.condemn([other]);
  await eraser.destroyNamed(DEFAULT_TENANT, [{ ...named, id: 'ffffffffffff', rows: [other] }]);
  expect(await vault.secretOfRow(fromHex(other))).toBeNull();
  expect(ledger.reader.head.size).toBe(size);

  // Whom a hold of this node's names, and whoever is of its class, stays until it is released.
  const held: Hold = {
    ...{ number: 1, id: 'eeeeeeeeeeee', kind: 'hold', caseId: 'case 1', authority: 'a court' },
    ...{ legalBasis: 'a law', scope: { subjects: ['bo'] }, placedAt: at },
    placedBy: { author: ADMIN.author, key: ADMIN.keyId },
  };
  for (const [number, subject] of [
    [2, 'bo'],
    [3, 'cy'],
  ] as const)
    await access.erasureChanges.put(
      DEFAULT_TENANT,
      { ...proposed, number, id: `${number}`.padStart(12, '0'), subject },
      {},
    );
  const rowsOf = async (person: string): Promise<string[]> => [
    await rowOf(dataScope(person, 'erasure', monthOf(at))),
    await rowOf(tagsScope(person)),
  ];
  const [bo, cy] = [await rowsOf('bo'), await rowsOf('cy')];
  access.retention.putHold(DEFAULT_TENANT, held);
  vault.condemn([...bo, ...cy]);
  const others = [{ ...named, id: 'dddddddddddd', rows: [...bo, ...cy] }];
  const isThere = (row: string) => vault.secretOfRow(fromHex(row)).then((ref) => ref !== null);
  const areThere = () => Promise.all([...bo, ...cy].map(isThere));
  await expect(eraser.destroyNamed(DEFAULT_TENANT, others)).rejects.toMatchObject({
    code: 'ERASURE_HELD',
  });
  expect(await areThere()).toEqual([true, true, false, false]);
  expect(await eraser.rotate(DEFAULT_TENANT)).toBe(vault.generation);
  expect(await areThere()).toEqual([true, true, false, false]);
  access.retention.putHold(DEFAULT_TENANT, { ...held, until: at });
  await eraser.destroyNamed(DEFAULT_TENANT, others);
  expect(await areThere()).toEqual([false, false, false, false]);
});
