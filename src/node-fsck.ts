/**
 * `fsck` of a whole node: the key store, what lies beside the ledgers, the ledgers, and then, where
 * those are sound, what was made of them. All of it on a copy of one moment, which is opened as the
 * node would open it; nothing of what is stored is changed.
 */
import { join } from 'node:path';
import { ACCESS_LEDGER } from './access/access-entry.js';
import { ApiKeyRegistry } from './access/api-key-registry.js';
import { isTenantName } from './access/tenant-name.js';
import { softwareAnchorSigner } from './anchoring/anchor-signer.js';
import { AnchorStore } from './anchoring/anchor-store.js';
import { chainScript } from './anchoring/anchor-transaction.js';
import { anchorFileProblems } from './anchoring/check-anchor-files.js';
import { type CheckedLog, historyProblems } from './anchoring/check-history.js';
import { keptProblems } from './anchoring/check-kept.js';
import { DevChain } from './anchoring/devchain.js';
import { readKept } from './anchoring/epoch-witnesses.js';
import { checkOwnChain } from './anchoring/own-chain.js';
import { lastEpoch } from './anchoring/read-epoch.js';
import { equalBytes, fromHex } from './base/bytes.js';
import { ChirographError } from './base/errors.js';
import type { Clock } from './base/time.js';
import type { KeyStore, TenantRecoveryKey } from './keys/key-store.js';
import { KeysError } from './keys/keys-error.js';
import { readOnlyKeyStore } from './keys/read-only-key-store.js';
import { softwareSealSigner } from './keys/seal-signer.js';
import { tenantKeys } from './keys/tenant-keys.js';
import { unobserved } from './ledger/commit-observer.js';
import { checkSnapshot, type Finding, type FsckOptions, type FsckSummary } from './ledger/fsck.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { Ledger } from './ledger/ledger.js';
import { takeSnapshot } from './ledger/store-snapshot.js';
import { epochLedger } from './ledger-node.js';
import { whyNotToWrite } from './node-run.js';
import { erasedRows } from './queries/tenant-erasures.js';
import { parseVerifierKey } from './tlog/note-key.js';
import { filesProblems } from './verify-files.js';

export interface NodeFsckOptions extends FsckOptions {
  readonly clock: Clock;
  /** Directory that checkpoints of the epoch log are added to; not looked at without it. */
  readonly anchorFiles?: string;
}

/** As `fsck` of the ledger, of everything that a node keeps. */
export async function* fsckNode(options: NodeFsckOptions): AsyncGenerator<Finding, FsckSummary> {
  const { dataDirectory, remove } = await takeSnapshot(options.dataDirectory);
  try {
    const keyStore = readOnlyKeyStore(options.keyStore);
    return yield* checkNode({ ...options, dataDirectory, keyStore });
  } finally {
    await remove();
  }
}

async function* checkNode(options: NodeFsckOptions): AsyncGenerator<Finding, FsckSummary> {
  let isSound = true;
  for await (const problem of problemsBeside(options)) {
    isSound = false;
    yield { log: '', problem };
  }
  const ledgers = checkSnapshot(options);
  const missing = new Map<string, Finding>();
  let step = await ledgers.next();
  for (; step.done !== true; step = await ledgers.next()) {
    const finding = step.value;
    if (finding.missing === undefined) {
      isSound = false;
      yield finding;
      // Whether an erasure destroyed it is known when the rest has been found sound.
    } else if (!missing.has(finding.missing.rowId)) missing.set(finding.missing.rowId, finding);
  }
  // Opening would refuse what has just been reported, in other words.
  if (isSound) yield* problemsAbove(options, missing);
  else yield* missing.values();
  return step.value;
}

/** Of files that can be looked at without the ledgers. */
async function* problemsBeside(options: NodeFsckOptions): AsyncGenerator<string> {
  const { dataDirectory, keyStore, clock, random } = options;
  yield* await keyStore.problems();
  yield* problemOf(async () => {
    const seal = await keyStore.sealKeys();
    if (seal === null) return null;
    const { certificate, chain, privateKey } = seal;
    softwareSealSigner({ certificate, chain: chain.slice(0, -1), privateKeyPkcs8: privateKey });
    return null;
  });
  yield* problemOf(async () => {
    // What a crash left ahead of the memory would be remembered now: the copy is not the place.
    const memory = { ...keyStore, putAccessChanges: () => Promise.resolve() };
    await ApiKeyRegistry.open(dataDirectory, { clock, random, memory });
    return null;
  });
}

/**
 * Of what rests on the ledgers.
 * @param missing rows of vaults that are not there.
 */
async function* problemsAbove(
  options: NodeFsckOptions,
  missing: ReadonlyMap<string, Finding>,
): AsyncGenerator<Finding> {
  let store: LedgerStore;
  try {
    store = await LedgerStore.open({
      ...options,
      observer: unobserved,
      // Nothing is appended.
      onFailure: () => undefined,
    });
  } catch (cause) {
    yield* missing.values();
    yield { log: '', problem: messageOf(cause) };
    return;
  }
  try {
    yield* secretProblems(store, missing);
    for await (const problem of nodeProblems(options, store)) yield { log: '', problem };
    yield* filesProblems(options, store);
  } finally {
    for await (const problem of problemOf(() => store.close().then(() => null)))
      yield { log: '', problem };
  }
}

async function* nodeProblems(options: NodeFsckOptions, store: LedgerStore): AsyncGenerator<string> {
  const { dataDirectory, keyStore } = options;
  const epochLog = epochLedger(store);
  const epochs = epochLog?.reader ?? null;
  yield* problemOf(() => whyNotToWrite({ dataDirectory, keyStore, epochs }));
  yield* recoveryProblems(store, keyStore);
  if (epochLog !== undefined) {
    yield* anchoringProblems(options, store, epochLog);
    yield* keptOfEpochs(options, epochLog);
  }
}

/** Secrets that are missing though no erasure says so, and those that are there though one has a certificate. */
async function* secretProblems(
  store: LedgerStore,
  missing: ReadonlyMap<string, Finding>,
): AsyncGenerator<Finding> {
  const unexplained = new Map(missing);
  for (const { name, handle } of store.tenants()) {
    for (const named of await erasedInShared(store, handle, unexplained)) unexplained.delete(named);
    const access = store.ledgersOf(handle).find((ledger) => ledger.identity.name === ACCESS_LEDGER);
    if (!isTenantName(name) || access === undefined) continue;
    const vault = store.vaultOf(handle);
    try {
      const { named, gone } = await erasedRows(access, vault, name);
      for (const rowId of named)
        if (unexplained.get(rowId)?.missing?.tenant === handle) unexplained.delete(rowId);
      for (const rowId of gone)
        if ((await vault.secretOfRow(fromHex(rowId))) !== null)
          yield {
            log: '',
            problem: `vault of tenant ${handle}: row ${rowId} is there, though an erasure has a certificate of its destruction`,
          };
    } catch (cause) {
      yield { log: access.reader.origin, problem: messageOf(cause) };
    }
  }
  yield* unexplained.values();
}

/** Those of what is missing of a tenant that an entry of a shared ledger has everybody destroy; it may be there still for a while. */
async function erasedInShared(
  store: LedgerStore,
  tenant: string,
  missing: ReadonlyMap<string, Finding>,
): Promise<ReadonlySet<string>> {
  const shared = store.ledgersOf(tenant).find(({ isShared }) => isShared);
  if (shared === undefined) return new Set();
  const own = [...missing].filter(([, found]) => found.missing?.tenant === tenant);
  const rows = own.map(([rowId]) => fromHex(rowId));
  return store.sharedLog(shared.identity.handle).erasures.erased(rows);
}

/** The catalog names the recovery keys, and the key store knows the same ones. */
async function* recoveryProblems(store: LedgerStore, keyStore: KeyStore): AsyncGenerator<string> {
  const isDevelopment = (await keyStore.sealKeys())?.isDevelopment === true;
  for (const { handle, recoveryKey } of store.tenants())
    yield* problemOf(async () => {
      const known = await knownRecoveryKey(keyStore, handle);
      // An operator may have taken a development key away, to have it where nobody can reach it.
      if (known === null && !isDevelopment) return null;
      const { publicKey } = known ?? (await keyStore.recoveryKey(handle));
      return equalBytes(publicKey, parseVerifierKey(recoveryKey).publicKey)
        ? null
        : `the key store holds another recovery key for tenant ${handle} than the catalog names`;
    });
}

/** @returns null where its file is not there. */
async function knownRecoveryKey(
  keyStore: KeyStore,
  handle: string,
): Promise<TenantRecoveryKey | null> {
  try {
    return await keyStore.recoveryKey(handle);
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return null;
    throw cause;
  }
}

async function* anchoringProblems(
  options: NodeFsckOptions,
  store: LedgerStore,
  epochLog: Ledger,
): AsyncGenerator<string> {
  const { dataDirectory, keyStore, clock } = options;
  const anchorKey = await keyStore.anchorKey();
  // Before its first anchoring a node has none.
  if (anchorKey === null) return;
  const indexKeys = new Map<string, Uint8Array>();
  for (const { handle } of store.tenants())
    indexKeys.set(handle, tenantKeys(await keyStore.tenantRoot(handle)).index);
  const script = chainScript(softwareAnchorSigner(anchorKey.secret).publicKey);
  const path = join(dataDirectory, 'devchain');
  try {
    await using devchain = anchorKey.isDevelopment
      ? await DevChain.open({ path, clock, blocksPerBroadcast: 0 })
      : null;
    for (const epochs of epochLog.logs) {
      const place = (name: string): string => join(dataDirectory, name, epochs.handle);
      const anchors = await AnchorStore.open(place('anchors'), lastEpoch(epochs) === null);
      if (devchain !== null) await checkOwnChain(devchain, anchors, script);
      else await anchors.readBook(script);
      yield* historyProblems({
        epochs,
        headsDirectory: place('epochs'),
        anchors,
        logs: logsOf(store),
        ownChain: devchain,
        indexKeyOf: (tenant) => indexKeys.get(tenant) ?? new Uint8Array(32),
      });
    }
  } catch (cause) {
    yield messageOf(cause);
  }
}

/** What others were given of the epoch logs, and said of them. */
async function* keptOfEpochs(
  { dataDirectory, anchorFiles }: NodeFsckOptions,
  { logs, reader: current }: Ledger,
): AsyncGenerator<string> {
  const checked = logs.map((reader) => ({ reader, isClosed: reader !== current }));
  yield* keptProblems(dataDirectory, checked);
  yield* problemOf(() => readKept(dataDirectory).then(() => null));
  if (anchorFiles === undefined || lastEpoch(current) === null) return;
  yield* anchorFileProblems(anchorFiles, dataDirectory, checked);
}

function logsOf(store: LedgerStore): Map<string, CheckedLog> {
  return new Map(
    store
      .allLedgers()
      .flatMap(({ logs, reader: current }) =>
        logs.map((reader): [string, CheckedLog] => [
          reader.handle,
          { reader, isClosed: reader !== current },
        ]),
      ),
  );
}

/** What is wrong, whether it is said or thrown. */
async function* problemOf(check: () => Promise<string | null>): AsyncGenerator<string> {
  try {
    const problem = await check();
    if (problem !== null) yield problem;
  } catch (cause) {
    yield messageOf(cause);
  }
}

/** An error of ours says what is wrong; any other is a fault of the program or of the machine. */
function messageOf(cause: unknown): string {
  if (cause instanceof ChirographError) return cause.message;
  throw cause;
}
