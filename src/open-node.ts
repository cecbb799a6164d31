/**
 * A node as its configuration describes it, without HTTP: key store, seal, chain, ledgers and API
 * keys, opened in the order of the data. Nothing is written before the data directory's lock is held,
 * but for the keys of a node that is new.
 */
import { mkdir } from 'node:fs/promises';
import { ApiKeyRegistry, type CreatedKey } from './access/api-key-registry.js';
import { DEFAULT_TENANT } from './access/tenant-name.js';
import { KnownTargets } from './backup/known-targets.js';
import { VaultCopies } from './backup/vault-copies.js';
import { equalBytes } from './base/bytes.js';
import { Lifetime } from './base/lifetime.js';
import { type Logger, silentLogger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { openBitcoinAnchoring } from './bitcoin-anchoring.js';
import {
  type AskHolders,
  type ErasureObserver,
  unobservedErasures,
} from './commands/erasure-run.js';
import { Eraser } from './commands/run-erasures.js';
import type { Config, Secrets } from './config.js';
import { openDevelopmentAnchoring } from './development-parts.js';
import { DirectoryKeyStore } from './keys/directory-key-store.js';
import { durableFileSystem } from './keys/durable-file.js';
import { EscrowDirectory, type EscrowDirectoryOptions } from './keys/escrow-directory.js';
import type { KeyStore } from './keys/key-store.js';
import { recoveryKeyFor } from './keys/recovery-key-directory.js';
import { TimeStampCounts } from './keys/time-stamp-counts.js';
import type { CommitObserver } from './ledger/commit-observer.js';
import type { LedgerError } from './ledger/ledger-error.js';
import type { LedgerStoreOptions } from './ledger/ledger-store.js';
import { LedgerNode } from './ledger-node.js';
import { memberHolders } from './member-holders.js';
import { type NodeAccess, openNodeAccess } from './node-access.js';
import { type OpenedAnchorSigner, openAnchorSigner } from './open-anchor-signer.js';
import { openSeal } from './open-seal.js';
import { readWitnessing } from './open-witnesses.js';
import { developmentParts } from './settings/development-parts.js';
import { openSigningServices, type SigningServices } from './signing-services.js';
import { openUpstreamAnchoring } from './upstream-anchoring.js';
import { programVersion } from './version.js';

export interface NodeSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly observer: CommitObserver;
  /** Nothing is said without it. */
  readonly logger?: Logger;
  /** Called once, when nothing more may be acknowledged: the process should end. */
  readonly onFailure: (error: LedgerError) => void;
  /** Told why the process of the seal's token ended, when it was not told to. */
  readonly onTokenCrash?: (cause: unknown) => void;
  readonly erasureObserver?: ErasureObserver;
  /** For tests: how many rows one entry of an erasure names, fewer than usual. */
  readonly rowsAnEntry?: number;
  /** Whether tenants are made with recovery keys of officers only, as in production. */
  readonly needsRecoveryKeys?: boolean;
  /** For tests. */
  readonly store?: Partial<LedgerStoreOptions>;
}

export interface OpenedNode {
  readonly node: LedgerNode;
  readonly registry: ApiKeyRegistry;
  readonly access: NodeAccess;
  /** What it was about is done when the node is open. */
  readonly eraser: Eraser;
  /** Of copies that this node made, or handed out. */
  readonly ownHolders: AskHolders;
  readonly keyStore: KeyStore;
  /** Where its backups are, and who keeps their vaults at the newest generation. */
  readonly targets: { readonly known: KnownTargets; readonly copies: VaultCopies };
  /** First part of every origin. */
  readonly logName: string;
  /** Of time-stamps and revocation. */
  readonly signing: SigningServices;
  /** DER of the roots made here that the seal and the time-stamps end at. */
  readonly roots: readonly Uint8Array[];
  /** Any part of it was made for development. */
  readonly isDevelopment: boolean;
  /** Null where nothing is put in escrow. */
  readonly escrow: EscrowDirectory | null;
  /** What the operator pays to, where anchors cost something. */
  readonly anchorAddress: string | null;
  /** The first API key, if it was made just now and not chosen by the operator: shown once. */
  readonly firstKey: string | null;
  close(): Promise<void>;
}

/** @throws what the parts throw; then nothing is left open. */
export async function openNode(
  config: Config,
  secrets: Secrets,
  surroundings: NodeSurroundings,
): Promise<OpenedNode> {
  const lifetime = new Lifetime();
  try {
    return await open(config, secrets, surroundings, lifetime);
  } catch (cause) {
    await lifetime.close();
    throw cause;
  }
}

/** First part of the origins of the node's logs. */
export function logNameOf(
  { logName }: Pick<Config, 'logName'>,
  { nodeId }: Pick<KeyStore, 'nodeId'>,
): string {
  return logName ?? `chirograph.${nodeId.slice(0, 8)}`;
}

async function open(
  config: Config,
  secrets: Secrets,
  surroundings: NodeSurroundings,
  lifetime: Lifetime,
): Promise<OpenedNode> {
  const { data: dataDirectory, keys: directory } = config;
  const { clock, random } = surroundings;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  const isDevelopment = developmentParts(config).length > 0;
  const logName = logNameOf(config, keyStore);
  const { onTokenCrash = () => undefined } = surroundings;
  const opened = await openSeal(config, secrets, { keyStore, clock, random, onTokenCrash });
  lifetime.add(() => opened.close());
  const { seal, roots: sealRoots } = opened;
  const { logger = silentLogger } = surroundings;
  const timeStampCounts = new TimeStampCounts(dataDirectory, clock);
  const parts = { keyStore, clock, random, logger, timeStampCounts, sealRoots };
  const signing = await openSigningServices(config, parts);
  lifetime.add(() => signing.close());
  const openKey = async (): Promise<OpenedAnchorSigner> => {
    const isOwn = config.anchorChain === 'devchain';
    const made = { keyStore, random, onTokenCrash, isDevelopment: isOwn };
    const key = await openAnchorSigner(config, secrets, made);
    lifetime.add(() => key.close());
    return key;
  };
  const bitcoin =
    config.anchorChain === 'bitcoin'
      ? openBitcoinAnchoring(config, secrets, await openKey())
      : null;
  const witnessing = await readWitnessing(config);
  const escrow = openEscrow(config, parts);
  const recovery = {
    directory: config.recoveryKeys ?? null,
    mayBeDevelopment: surroundings.needsRecoveryKeys !== true,
  };
  const files = surroundings.store?.durableFiles ?? durableFileSystem;
  const known = await KnownTargets.open(dataDirectory, files);
  const copies = new VaultCopies({
    ...{ known, keyStore, clock, random, logger, files },
    directories: config.backupDirectories ?? [],
    waitMillis: config.backupWaitMillis,
  });
  const node = await LedgerNode.open({
    ...surroundings,
    witnessing,
    dataDirectory,
    keyStore,
    logName,
    seal,
    hasRecoveryKeys: isDevelopment,
    recoveryKeyFor: (tenant) => recoveryKeyFor(recovery, tenant),
    vaultKeepers: { copy: copies, ...(escrow !== null && { escrow }) },
    openAnchoring: async () => {
      if (bitcoin !== null) return bitcoin.anchoring;
      const key = await openKey();
      if (config.anchorChain === 'upstream') return openUpstreamAnchoring(config, key);
      const { devchain, anchoring } = await openDevelopmentAnchoring(clock, dataDirectory, key);
      lifetime.add(() => devchain[Symbol.asyncDispose]());
      return anchoring;
    },
  });
  lifetime.add(() => node.close());
  await timeStampCounts.open();
  const registry = await ApiKeyRegistry.open(dataDirectory, { clock, random, memory: keyStore });
  const { refusalsPerMinute } = config;
  const access = await openNodeAccess(node, { clock, random, refusalsPerMinute, escrow });
  lifetime.add(() => access.recorder.close());
  const ownHolders: AskHolders = async ({ tenant, present, after, since }) => [
    ...(await copies.holders(access.handleOf(tenant), present)),
    ...access.escrowCopies.holders(tenant, after, since),
  ];
  const eraser = new Eraser({
    ...access,
    ...{ store: node.store, clock, logger },
    ...{ changes: access.erasureChanges, rowsAnEntry: surroundings.rowsAnEntry },
    observer: surroundings.erasureObserver ?? unobservedErasures,
    holders: async (asked) => [
      ...(await ownHolders(asked)),
      ...(await memberHolders(node.store, access.handleOf(asked.tenant))),
    ],
  });
  lifetime.add(() => eraser.close());
  // Before anybody is answered: what was announced is as good as gone.
  await eraser.finishAnnounced();
  // What was heard of a silent holder before a crash is said now.
  await eraser.confirmHolders();
  const made = { version: programVersion() };
  await access.recorder.nodeDid({ action: 'node:start', outcome: 'done', made });
  const chosen = secrets.adminKey?.reveal();
  const first = await createFirstKey(registry, access, chosen);
  return {
    node,
    registry,
    access,
    eraser,
    ownHolders,
    keyStore,
    targets: { known, copies },
    logName,
    signing,
    roots: [
      ...sealRoots,
      ...signing.roots.filter((root) => !sealRoots.some((other) => equalBytes(root, other))),
    ],
    isDevelopment,
    escrow,
    anchorAddress: bitcoin?.address ?? null,
    firstKey: chosen === undefined ? (first?.text ?? null) : null,
    close: () => lifetime.close(),
  };
}

function openEscrow(
  { escrowDirectory: directory }: Config,
  parts: Omit<EscrowDirectoryOptions, 'directory' | 'files'>,
): EscrowDirectory | null {
  return directory === undefined ? null : new EscrowDirectory({ ...parts, directory });
}

/** @returns null, and nothing is done, where there are keys. */
async function createFirstKey(
  registry: ApiKeyRegistry,
  { recorder }: NodeAccess,
  chosen: string | undefined,
): Promise<CreatedKey | null> {
  if (!registry.isEmpty) return registry.createFirst(DEFAULT_TENANT, chosen);
  const act = { action: 'key:create', question: { role: 'admin' } };
  await recorder.nodeDid({ ...act, outcome: 'begun' });
  const first = await registry.createFirst(DEFAULT_TENANT, chosen);
  await recorder.nodeDid({
    ...act,
    outcome: 'done',
    ...(first !== null && { made: { key: first.key.id } }),
  });
  return first;
}
