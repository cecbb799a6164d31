/** A whole node without HTTP on a real directory: development seal, devchain, real keys. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { anchorSecret } from '../../src/anchor-key.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import { RandomPool } from '../../src/base/random.js';
import { openDevelopmentAnchoring, openDevelopmentSeal } from '../../src/development-parts.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { unobserved } from '../../src/ledger/commit-observer.js';
import { LedgerNode, type LedgerNodeOptions } from '../../src/ledger-node.js';
import { FakeClock } from './fake-clock.js';

export interface TestNode {
  readonly node: LedgerNode;
  readonly keyStore: DirectoryKeyStore;
  readonly clock: FakeClock;
  readonly random: RandomPool;
  /** DER of the roots that the seal ends at. */
  readonly roots: readonly Uint8Array[];
  readonly devchain: DevChain;
  close(): Promise<void>;
}

export async function openTestNode(
  root: string,
  options: Partial<LedgerNodeOptions> = {},
): Promise<TestNode> {
  const dataDirectory = join(root, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const random = new RandomPool();
  const clock = new FakeClock();
  const directory = join(root, 'data.keys');
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  const { seal, roots } = await openDevelopmentSeal({ keyStore, clock, random });
  let devchain: DevChain | undefined;
  const node = await LedgerNode.open({
    dataDirectory,
    keyStore,
    clock,
    random,
    observer: unobserved,
    onFailure: (error) => {
      throw error;
    },
    logName: 'test.example',
    seal,
    hasRecoveryKeys: true,
    openAnchoring: async () => {
      const secret = await anchorSecret({ keyStore, random, isDevelopment: true });
      const opened = await openDevelopmentAnchoring(clock, dataDirectory, {
        ...{ signer: softwareAnchorSigner(secret), origin: null, signatureMillis: 86_400_000 },
        close: () => Promise.resolve(),
      });
      devchain = opened.devchain;
      return opened.anchoring;
    },
    ...options,
  });
  if (devchain === undefined) throw new Error('the node opened without its chain');
  const opened = devchain;
  return {
    node,
    keyStore,
    clock,
    random,
    roots,
    devchain: opened,
    close: async () => {
      await node.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}
