/** The drives of a test node, as `openFiles` opens those of a service. */
import { join } from 'node:path';
import { Drives } from '../../src/files/drives.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import type { TestNode } from './test-node.js';

export function openNodeDrives(
  { node, clock, random }: Pick<TestNode, 'node' | 'clock' | 'random'>,
  root: string,
): Promise<Drives> {
  const { store } = node;
  return Drives.open({
    ...{ store, random, directory: join(root, 'data', 'files') },
    appending: {
      ...{ store, clock, random, marksOf: () => NO_MARKS },
      idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
    },
    filesKey: (tenant) => node.tenantKeys(tenant).files,
    createLedger: (tenant, name) => node.createLedger(tenant, name),
    typeClassesOf: () => ({}),
  });
}
