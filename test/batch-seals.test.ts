import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { LeafIndex } from '../src/base/brand.js';
import { type Logger, silentLogger } from '../src/base/logger.js';
import { anchoringWithSeals } from '../src/batch-seals.js';
import { appendRecords } from '../src/commands/append-records.js';
import { KeysError } from '../src/keys/keys-error.js';
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

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  registry = new Registry();
  warnings = [];
  isAway = false;
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
    seal: (document: Uint8Array, at: Parameters<typeof seal.seal>[1]) =>
      isAway
        ? Promise.reject(new KeysError('KEYS_TOKEN_UNAVAILABLE', 'the token does not answer'))
        : seal.seal(document, at),
  };
  const withKey = { store: node.store, anchored: node.anchored, seal: away };
  const parts = { node: withKey, signing: { anchors } };
  return openBatches({ batchSealMillis }, { clock, random, logger }, parts, registry);
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
    await anchoringWithSeals(opened.node, seals).anchorNow();
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
    await anchoringWithSeals(opened.node, seals).anchorNow();
    await opened.devchain.mine(6);
    await opened.node.followAnchors();
    const { reader } = ledger('kyc');
    expect(opened.node.anchored.sizeOf(reader.origin)).toBe(reader.head.size);
  });

  it('hold up nothing when the key is away, say so, and are made when it is back', async () => {
    const { seals } = open(HOUR);
    isAway = true;
    const anchoring = anchoringWithSeals(opened.node, seals);
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

  it('are not made by the clock without the setting', () => {
    const { node, clock, random } = opened;
    const parts = { node, signing: { anchors: [] } };
    expect(
      openBatches({}, { clock, random, logger: silentLogger }, parts, registry).seals,
    ).toBeNull();
    expect(batchReasons(null)).toEqual([]);
  });
});
