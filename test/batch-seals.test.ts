import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { LeafIndex } from '../src/base/brand.js';
import { type Logger, silentLogger } from '../src/base/logger.js';
import { appendRecords } from '../src/commands/append-records.js';
import { anchoringWithSteps } from '../src/epoch-steps.js';
import { KeysError } from '../src/keys/keys-error.js';
import type { SealSigner } from '../src/keys/seal-signer.js';
import type { Vault } from '../src/keys/vault.js';
import type { Ledger } from '../src/ledger/ledger.js';
import { NODE_TENANT } from '../src/ledger-node.js';
import { batchReasons, openBatches, type OpenedBatches } from '../src/open-batches.js';
import { parseStatement } from '../src/records/parse-statement.js';
import { parseRecordInput } from '../src/records/record-input.js';
import { parseCertificate } from '../src/signing/certificate.js';
import { trustAnchorFrom } from '../src/signing/trust-anchor.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode, type TestNode } from './support/test-node.js';

const HOUR = 3_600_000;

let root: string;
let opened: TestNode;
let registry: Registry;
let warnings: string[];
/** Whether the key that seals is out of reach. */
let isAway: boolean;
/** Over which logs it makes no good seal. */
let isRefused: (origin: string) => boolean;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  registry = new Registry();
  warnings = [];
  isAway = false;
  isRefused = () => false;
  for (const name of ['kyc', 'audit']) await opened.node.createLedger('default', name);
});

afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

function open(batchSealMillis: number): OpenedBatches {
  const { node, clock, random, roots } = opened;
  const logger: Logger = { ...silentLogger, warn: (event) => warnings.push(event) };
  const anchors = roots.map((der) => trustAnchorFrom(parseCertificate(der)));
  const { seal } = node;
  if (seal === null) throw new Error('the node has a seal');
  const away = {
    ...seal,
    seal: (...[document, at]: Parameters<SealSigner['seal']>) =>
      isAway
        ? Promise.reject(new KeysError('KEYS_TOKEN_UNAVAILABLE', 'the token does not answer'))
        : seal.seal(isRefused(originIn(document)) ? new Uint8Array() : document, at),
  };
  const withKey = { store: node.store, anchored: node.anchored, stamped: node.stamped, seal: away };
  const parts = { node: withKey, signing: { anchors } };
  return openBatches({ batchSealMillis }, { clock, random, logger }, parts, registry);
}

function originIn(document: Parameters<SealSigner['seal']>[0]): string {
  const said = document instanceof Uint8Array ? parseStatement(document) : null;
  return said?.kind === 'batch' ? said.origin : '';
}

function vaultOf(name: string): Vault {
  return opened.node.store.vaultOf(ledger(name).identity.tenant);
}

function ledger(name: string): Ledger {
  const { store } = opened.node;
  return store.ledger(store.tenantNamed('default')?.handle ?? '', name);
}

async function append(name: string): Promise<void> {
  const { node, clock, random } = opened;
  await appendRecords(
    {
      store: node.store,
      clock,
      random,
      anchoredSize: node.anchored.sizeOf.bind(node.anchored),
      idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
    },
    { tenant: ledger(name).identity.tenant, ledger: name, author: 'bank' },
    [
      {
        record: parseRecordInput({ type: 'T', subject: 'anna', payload: {} }),
        idempotencyKey: null,
      },
    ],
  );
}

async function kinds(name: string): Promise<string> {
  const { reader } = ledger(name);
  const found: string[] = [];
  for await (const { statement } of reader.entries(0 as LeafIndex, reader.head.size))
    found.push(parseStatement(statement).kind);
  return found.join(' ');
}

describe('seals over batches', () => {
  it('come for each ledger with new entries, at most one in an interval, and not without need', async () => {
    const { seals } = open(HOUR);
    await append('kyc');
    await seals?.round();
    expect(await kinds('kyc')).toBe('ledger record batch signature');
    expect(await kinds('audit')).toBe('ledger batch signature');
    await append('kyc');
    await seals?.round();
    expect(await kinds('kyc')).toBe('ledger record batch signature record');
    opened.clock.advance(HOUR);
    await seals?.round();
    expect(await kinds('kyc')).toBe('ledger record batch signature record batch signature');
    opened.clock.advance(HOUR);
    await seals?.round();
    expect(await kinds('kyc')).toBe('ledger record batch signature record batch signature');
    expect(await kinds('audit')).toBe('ledger batch signature');
    // And one over the tenant's access ledger.
    expect(await registry.metrics()).toContain('chirograph_batch_seals_total 4');
    expect(warnings).toEqual([]);
  });

  it('never cover the epoch log, which is about all ledgers at once', async () => {
    const { seals } = open(HOUR);
    await anchoringWithSteps(opened.node, {
      before: [() => seals?.round() ?? Promise.resolve()],
      after: [],
    }).anchorNow();
    const { store } = opened.node;
    const own = store.tenantNamed(NODE_TENANT)?.handle;
    const epochLogs = store.allLedgers().filter(({ identity }) => identity.tenant === own);
    expect(epochLogs).toHaveLength(1);
    for (const { reader } of epochLogs)
      for await (const { statement } of reader.entries(0 as LeafIndex, reader.head.size))
        expect(parseStatement(statement).kind).not.toBe('batch');
  });

  it('come before the epoch, so that its heads hold them', async () => {
    const { seals } = open(HOUR);
    await anchoringWithSteps(opened.node, {
      before: [() => seals?.round() ?? Promise.resolve()],
      after: [],
    }).anchorNow();
    await opened.devchain.mine(6);
    await opened.node.followAnchors();
    const { reader } = ledger('kyc');
    expect(opened.node.anchored.sizeOf(reader.origin)).toBe(reader.head.size);
  });

  it('hold up nothing when the key is away, say so, and are made when it is back', async () => {
    const { seals } = open(HOUR);
    isAway = true;
    const anchoring = anchoringWithSteps(opened.node, {
      before: [() => seals?.round() ?? Promise.resolve()],
      after: [],
    });
    await anchoring.anchorNow();
    // One try for all ledgers: the next would wait for the same token.
    expect(warnings).toEqual(['batch not sealed']);
    expect(batchReasons(seals)).toEqual([expect.stringContaining('are not sealed')]);
    expect(await registry.metrics()).toContain('chirograph_batch_seal_failures 1');
    isAway = false;
    await anchoring.anchorNow();
    expect(await kinds('kyc')).not.toContain('signature');
    opened.clock.advance(60_000);
    await anchoring.anchorNow();
    expect(batchReasons(seals)).toEqual([]);
    for (const name of ['kyc', 'audit']) expect(await kinds(name)).toContain('batch signature');
  });

  it('are put off by no batch that somebody else makes', async () => {
    const { seals, keeper } = open(HOUR);
    const order = { ledger: ledger('kyc'), vault: vaultOf('kyc'), author: 'admin', signer: null };
    await seals?.round();
    for (let minutes = 0; minutes < 60; minutes += 20) {
      await append('kyc');
      await keeper.cover(order);
      opened.clock.advance(HOUR / 3);
    }
    await seals?.round();
    expect(await kinds('kyc')).toMatch(/batch signature( record batch){3} signature$/);
    // Nor by one that nobody signed before a start.
    await append('kyc');
    await keeper.cover(order);
    registry = new Registry();
    await open(HOUR).seals?.round();
    expect(await kinds('kyc')).toMatch(/record batch signature$/);
  });

  it('come for all other ledgers where one takes none', async () => {
    const { seals } = open(HOUR);
    isRefused = (origin) => origin === ledger('audit').reader.origin;
    await seals?.round();
    expect(await kinds('kyc')).toContain('batch signature');
    expect(await kinds('audit')).not.toContain('signature');
    expect(batchReasons(seals)).toEqual([expect.stringContaining('1 ledgers took no seal')]);
    isRefused = () => false;
    await seals?.round();
    expect(await kinds('audit')).toContain('batch signature');
    expect(batchReasons(seals)).toEqual([]);
  });

  it('are not made by the clock without the setting', () => {
    const { node, clock, random } = opened;
    const parts = { node, signing: { anchors: [] } };
    expect(
      openBatches({}, { clock, random, logger: silentLogger }, parts, registry).seals,
    ).toBeNull();
    expect(batchReasons(null)).toEqual([]);
  });
});
