/** An anchorer with its store on disk and a development chain under it, opened as often as it is asked for. */
import type { WrittenChain } from '../../src/anchoring/anchor-book.js';
import type { AnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { AnchorStore } from '../../src/anchoring/anchor-store.js';
import {
  type AnchorCoin,
  type MadeAnchor,
  signAnchor,
} from '../../src/anchoring/anchor-transaction.js';
import { Anchorer, type AnchorerOptions } from '../../src/anchoring/anchorer.js';
import type { DevChain } from '../../src/anchoring/devchain.js';
import type { TreeSize } from '../../src/base/brand.js';
import { verifyAnchorProof } from '../../src/evidence/bitcoin/anchor-proof.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import {
  FEES,
  inTempDir,
  payloadOf,
  POLICY,
  SCRIPT,
  SIGNATURE_MILLIS,
  SIGNER,
  TestClock,
  withDevChain,
} from './fixture.js';
import { LogOfChains } from './log-of-chains.js';

export const CONFIRMATIONS = 3;

export interface AnchoringLife {
  readonly chain: DevChain;
  readonly clock: TestClock;
  readonly directory: string;
  open(options?: LifeOptions): Promise<Anchorer>;
  store(files?: DurableFileSystem): Promise<AnchorStore>;
  /** As it is on disk. */
  stored(): Promise<WrittenChain>;
  /** What the epoch log would say of chains. */
  readonly log: LogOfChains;
}

export interface LifeOptions extends Partial<AnchorerOptions> {
  readonly files?: DurableFileSystem;
}

export function withAnchoring<T>(act: (life: AnchoringLife) => Promise<T>): Promise<T> {
  return inTempDir((directory) =>
    withDevChain((chain) => {
      const clock = new TestClock();
      const log = new LogOfChains();
      const store = (files?: DurableFileSystem): Promise<AnchorStore> =>
        AnchorStore.open(directory, true, files);
      return act({
        chain,
        clock,
        directory,
        log,
        store,
        open: async ({ files, ...options } = {}) =>
          Anchorer.open({
            source: chain,
            signer: SIGNER,
            store: await store(files),
            clock,
            fees: FEES,
            confirmations: CONFIRMATIONS,
            targetBlocks: 6,
            signatureMillis: SIGNATURE_MILLIS,
            origin: null,
            named: log,
            firstCoin: (script) => chain.fund(script),
            ...options,
          }),
        stored: async () => {
          const { chain: written } = await (await store()).readBook(SCRIPT);
          if (written === null) throw new Error('no anchor was made');
          return written;
        },
      });
    }),
  );
}

/** Publishes, and mines until it is final. */
export async function settle(life: AnchoringLife, anchorer: Anchorer, size: number): Promise<void> {
  await anchorer.publish(payloadOf(size));
  await life.chain.mine(CONFIRMATIONS);
  await anchorer.poll();
}

/** What a thief of the key, or an older copy of the node, would broadcast. */
export function foreignSpend(
  spends: AnchorCoin,
  fee = 5_000n,
  signer: AnchorSigner = SIGNER,
): Promise<MadeAnchor> {
  return signAnchor({ spends, topUps: [], payload: payloadOf(666), fee }, signer, POLICY);
}

/** The proof on disk of an anchor, as a verifier sees it that knows the chain as it is now. */
export async function provenIn(life: AnchoringLife, size: number): Promise<string> {
  const { proof } = await (await life.store()).readSettled(size as TreeSize);
  const verified = verifyAnchorProof(proof, {
    network: REGTEST,
    requiredConfirmations: CONFIRMATIONS,
    pinnedHeaders: [],
  });
  const { height } = await life.chain.tip();
  if (height < verified.height) return 'stale';
  const now = await life.chain.transactionStatus(verified.txid);
  return now.state === 'confirmed' && now.blockHash === verified.blockHash ? 'proven' : 'stale';
}
