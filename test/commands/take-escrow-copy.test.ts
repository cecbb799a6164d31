/** Nobody has a copy that a certificate could have been written without. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/access/authorize.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import { utf8 } from '../../src/base/bytes.js';
import type { EscrowCopies } from '../../src/commands/take-escrow-copy.js';
import { openNodeAccess, type NodeAccess } from '../../src/node-access.js';
import { MAX_COPIES } from '../../src/retention/escrow-copy.js';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

const ADMIN: Principal = {
  keyId: '0a1b2c3d4e5f' as Principal['keyId'],
  tenant: DEFAULT_TENANT,
  role: 'admin',
  author: 'Admin 1',
};
const FILE = utf8('a file');

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

/** @param onRead between the reading of the file and what comes after it. */
function access(onRead: () => Promise<void> = () => Promise.resolve()): Promise<NodeAccess> {
  const escrow = {
    read: async () => {
      await onRead();
      return FILE;
    },
  };
  return openNodeAccess(opened.node, { ...opened, refusalsPerMinute: 10, escrow });
}

async function rotate(): Promise<void> {
  const { store } = opened.node;
  await store.forgetter.destroy(store.tenantNamed(DEFAULT_TENANT)?.handle ?? '', []);
}

const takeMany = async (changes: EscrowCopies, count: number): Promise<void> => {
  for (let taken = 0; taken < count; taken++) await changes.take(ADMIN, undefined);
};

describe('taking a copy of escrow', () => {
  it('hands nothing out if the vault gets another key meanwhile, and leaves nothing to destroy', async () => {
    const { escrowChanges, escrowCopies } = await access(rotate);
    expect(await rejection(escrowChanges.take(ADMIN, 'safe'))).toMatchObject({
      code: 'KEYS_ESCROW_UNREADABLE',
    });
    const [copy, ...others] = escrowCopies.of(DEFAULT_TENANT);
    expect(others).toEqual([]);
    expect(copy).toMatchObject({
      generation: 1,
      label: 'safe',
      destroyedBy: { author: 'Admin 1' },
    });
    const found = (await access()).escrowCopies.of(DEFAULT_TENANT);
    expect(found).toEqual([copy]);
  });

  it('is refused where nothing is in escrow', async () => {
    const { escrowChanges } = await openNodeAccess(opened.node, {
      ...opened,
      refusalsPerMinute: 10,
    });
    expect(await rejection(escrowChanges.take(ADMIN, undefined))).toMatchObject({
      code: 'KEYS_ESCROW_NONE',
    });
  });

  it('has its limits: so many at a time, and so many in a day', async () => {
    const { escrowChanges, escrowCopies } = await access();
    await takeMany(escrowChanges, MAX_COPIES);
    const limit = { code: 'ESCROW_COPY_LIMIT' };
    expect(await rejection(escrowChanges.take(ADMIN, undefined))).toMatchObject(limit);
    const [first] = escrowCopies.of(DEFAULT_TENANT);
    await escrowChanges.destroyed(ADMIN, first?.id ?? '');
    // There is room, but not today.
    expect(await rejection(escrowChanges.take(ADMIN, undefined))).toMatchObject(limit);
    opened.clock.advance(86_400_001);
    await takeMany(escrowChanges, 1);
    expect(await rejection(escrowChanges.take(ADMIN, undefined))).toMatchObject(limit);
  }, 60_000);
});
