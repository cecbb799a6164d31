/** A node whose epoch log is cosigned by real witnesses, and goes on whatever becomes of them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../src/base/bytes.js';
import { silentLogger } from '../src/base/logger.js';
import { systemClock } from '../src/base/time.js';
import { parseTrust, type Trust } from '../src/evidence/trust.js';
import { verifyEvidence } from '../src/evidence/verify.js';
import { formatVerifierKey } from '../src/tlog/note-key.js';
import { WitnessService } from '../src/witness-service.js';
import { answer, append, createLedger, ledgerOf } from './api/support/ledger-client.js';
import { makeKeys, placesIn } from './checkpoint/support/opened-witness.js';
import { rejection } from './support/errors.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from './support/test-service.js';
import { witnessKey } from './tlog/keys.js';

/** Of nobody who is asked here. */
const OTHER_WITNESS = formatVerifierKey(witnessKey('other.example').key);

interface Anchors {
  readonly verifierKey: string;
  readonly epochSize: number;
  readonly witnesses: {
    readonly size: number;
    readonly at: string | null;
    readonly failures: readonly { readonly witness: string; readonly code: string }[];
    readonly missed: number;
  } | null;
}

interface EpochView {
  readonly witnessed: { readonly size: number; readonly checkpoint: string } | null;
}

let root: string;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  root = await temporaryDirectory();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await removeDirectory(root);
});

async function openNode(options: TestServiceOptions = {}, key?: string): Promise<TestService> {
  const node = await openTestService(root, options, key);
  closers.push(() => node.service.close());
  return node;
}

async function closeLast(): Promise<void> {
  await closers.pop()?.();
}

async function openWitness(verifierKey: string): Promise<WitnessService> {
  const witness = await WitnessService.open(
    {
      ...{ ...placesIn(root), requestsPerMinute: 100_000 },
      ...{ host: '127.0.0.1', port: 0, maxBytesPerLog: 16 * 1024 * 1024 },
      logs: utf8(`log ${verifierKey}\n`),
    },
    { clock: systemClock, logger: silentLogger },
  );
  closers.push(() => witness.close());
  return witness;
}

async function policyOf({ verifierKey, url }: WitnessService): Promise<TestServiceOptions> {
  const witnessPolicy = join(root, 'policy.txt');
  await writeFile(witnessPolicy, `witness one ${verifierKey} ${url}\nquorum one\n`);
  return { witnessPolicy, witnessInternal: new URL(url).host };
}

function trusting(witness: string): Trust {
  const witnessPolicy = [`witness mine ${witness}`, 'quorum mine'];
  return parseTrust(utf8(JSON.stringify({ $v: 1, name: 'mine', witnessPolicy })));
}

const anchors = (node: TestService): Promise<Anchors> =>
  answer<Anchors>(node.request('/v1/anchors'));

/** Makes an epoch, and waits until the witnesses were asked for it. */
async function anchored(node: TestService): Promise<Anchors> {
  await append(node, 'kyc');
  const before = await answer<Anchors>(node.request('/v1/anchors', { method: 'POST' }));
  for (;;) {
    const now = await anchors(node);
    const asked = now.witnesses;
    if (asked === null) return now;
    if (asked.size === before.epochSize || asked.missed > (before.witnesses?.missed ?? 0))
      return now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the witnesses of a node', () => {
  it('cosign its epoch log, are remembered over a restart, and hold up nothing when they are gone', async () => {
    const first = await openNode();
    await createLedger(first, 'kyc');
    const { verifierKey, witnesses } = await anchors(first);
    expect(witnesses).toBeNull();
    await closeLast();
    await makeKeys(placesIn(root));
    const witness = await openWitness(verifierKey);
    const policy = await policyOf(witness);
    const node = await openNode(policy, first.adminKey);
    const one = await anchored(node);
    expect(one.witnesses).toMatchObject({ size: one.epochSize, failures: [], missed: 0 });
    const two = await anchored(node);
    expect(two.witnesses).toMatchObject({ size: two.epochSize, missed: 0 });
    expect(two.epochSize).toBeGreaterThan(one.epochSize);
    const { finality } = await ledgerOf(node, 'kyc');
    expect(finality.witnessed).toBe(finality.durable);
    const next = await append(node, 'kyc');
    expect(next.finality).toEqual({
      durable: true,
      witnessed: false,
      timestamped: false,
      anchored: false,
    });
    const found = async (asked: string) =>
      answer<{ items: { id: string; index: number }[] }>(
        node.request(`/v1/ledgers/kyc/records?finality=${asked}`),
      );
    expect((await found('unwitnessed')).items.map(({ index }) => index)).toEqual([next.index]);
    expect((await found('witnessed')).items).toHaveLength(finality.witnessed);
    const epoch = two.epochSize - 1;
    const view = await answer<EpochView>(node.request(`/v1/anchors/${epoch}`));
    expect(view.witnessed?.size).toBe(two.epochSize);
    expect(view.witnessed?.checkpoint.match(/^— /gm)).toHaveLength(2);
    const { items } = await found('witnessed');
    const response = await node.request(`/v1/ledgers/kyc/records/${items[1]?.id ?? ''}/evidence`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const report = verifyEvidence(bytes, trusting(witness.verifierKey));
    expect(report.checks.find(({ id }) => id === 'witnessed')).toMatchObject({ result: 'pass' });
    expect(report.growthCheckedBy).toEqual(['mine']);
    // The chain is for development: what is anchored there is anchored nowhere.
    expect(new Set(report.ranges.flatMap(({ marks }) => marks))).toEqual(new Set(['witnessed']));
    await closeLast();
    await closeLast();

    // The witness is gone: writes and anchors go on, and the backlog shows.
    const alone = await openNode(policy, first.adminKey);
    expect((await anchors(alone)).witnesses).toMatchObject({ size: two.epochSize, at: null });
    expect((await ledgerOf(alone, 'kyc')).finality.witnessed).toBe(finality.witnessed);
    const missed = await anchored(alone);
    expect(missed.epochSize).toBeGreaterThan(two.epochSize);
    expect(missed.witnesses).toMatchObject({ size: two.epochSize, missed: 1 });
    expect(missed.witnesses?.failures).toHaveLength(1);
    const { reasons } = (await (await alone.request('/readyz', { key: '' })).json()) as {
      reasons: string[];
    };
    expect(reasons).toContainEqual(expect.stringMatching(/^too few witnesses have cosigned/));
    await closeLast();

    // It is back, at another address: all that it missed is cosigned with the next epoch.
    const back = await policyOf(await openWitness(verifierKey));
    const again = await openNode(back, first.adminKey);
    const last = await anchored(again);
    expect(last.witnesses).toMatchObject({ size: last.epochSize, missed: 0 });
  });

  it('are nobody’s word where the kept head does not satisfy the policy, and damage is said', async () => {
    const first = await openNode();
    await createLedger(first, 'kyc');
    const { verifierKey } = await anchors(first);
    await closeLast();
    await makeKeys(placesIn(root));
    const witness = await openWitness(verifierKey);
    const policy = await policyOf(witness);
    const node = await openNode(policy, first.adminKey);
    await anchored(node);
    await closeLast();
    const kept = join(root, 'data', 'witnessed.json');
    const bytes = await readFile(kept);
    const other = join(root, 'other.txt');
    await writeFile(
      other,
      `witness one ${verifierKey} ${witness.url}\nquorum one\n`.replace(verifierKey, OTHER_WITNESS),
    );
    const strict = await openNode({ ...policy, witnessPolicy: other }, first.adminKey);
    expect((await anchors(strict)).witnesses).toMatchObject({ size: 0 });
    expect((await ledgerOf(strict, 'kyc')).finality.witnessed).toBe(0);
    await closeLast();
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(kept, flipped);
    const error = await rejection(openTestService(root, policy, first.adminKey));
    expect(error.code).toBe('ANCHOR_STATE_INVALID');
    expect(error.message).toMatch(/^witnessed\.json is not what was written/);
  });

  it.each([
    ['is not there', null, /cannot be read \(ENOENT\)/],
    ['is no policy', 'witness one\n', /names cannot be used/],
    [
      'names a witness that cannot be asked',
      `witness one ${OTHER_WITNESS} ftp://a.example\nquorum one\n`,
      /not http/,
    ],
  ])('are not asked where the file %s', async (_, content, says) => {
    const witnessPolicy = join(root, 'policy.txt');
    if (content !== null) await writeFile(witnessPolicy, content);
    const error = await rejection(openTestService(root, { witnessPolicy }));
    expect(error).toMatchObject({ code: 'CONFIG_POLICY_UNUSABLE' });
    expect(error.message).toMatch(says);
  });
});
