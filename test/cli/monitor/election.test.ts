/** A monitor while the group of a log chooses who writes it: by the key that it knows, which stands for the group, it follows. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { checkLog } from '../../../src/cli/monitor/check-log.js';
import { linesOfRound } from '../../../src/cli/monitor/print-round.js';
import type { RemoteLog } from '../../../src/cli/monitor/remote-log.js';
import type { MonitorParts, Round } from '../../../src/cli/monitor/round.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { history, signerOf } from '../../evidence/misbehaviour/support/history.js';
import {
  electedEvidence,
  type ElectedPlan,
  electedStatements,
  HANDOVERS,
  KEYS,
  ORIGIN,
  RECOVERY,
  SIZE,
} from '../../evidence/support/elected-log.js';
import { at } from '../../evidence/support/synthetic-tree.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { monitorOf, placeOf } from './support.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const KNOWN = { ...NO_TRUST, logs: [at(KEYS, 0).key] };

/** What a node shows of the log when it had so many entries, and then had the key of that number. */
function nodeOf(size: number, key: number, bends: Partial<ElectedPlan> = {}): RemoteLog {
  const shown = history(electedStatements(bends).map(leafHash));
  const more = { origin: ORIGIN, signers: [signerOf(at(KEYS, key))] };
  return {
    ...placeOf({ history: shown, size }),
    checkpoint: () => Promise.resolve(shown.checkpoint(size, more)),
    evidence: () => Promise.resolve(electedEvidence(bends)),
  };
}

function look(remote: RemoteLog, more: Partial<MonitorParts> = {}): Promise<Round> {
  return checkLog(monitorOf(root, [remote], { trust: KNOWN, ...more }).parts);
}

const codes = ({ alarms }: Round): string[] => alarms.map(({ code }) => code);

it('names the elections that lead to the key which signs, once, and follows it', async () => {
  expect(codes(await look(nodeOf(3, 0)))).toEqual([]);
  const round = await look(nodeOf(SIZE, 3));
  expect(round).toMatchObject({ alarms: [], change: 'grown', head: { size: SIZE } });
  expect(round.handovers.map(({ by, size }) => [by, size])).toEqual(
    HANDOVERS.map((size) => ['election', size]),
  );
  expect(linesOfRound(round).join('\n')).toContain('handed over at size 4, by an election');
  expect(await look(nodeOf(SIZE, 3))).toMatchObject({ alarms: [], handovers: [] });
});

it('takes the word of the key that it remembers, with nothing pinned any more', async () => {
  await look(nodeOf(3, 0));
  const round = await look(nodeOf(SIZE, 3), { trust: NO_TRUST });
  expect([codes(round), round.handovers.length]).toEqual([[], 3]);
});

it('follows from the first look on, by a key that was the log’s once', async () => {
  expect(await look(nodeOf(SIZE, 3))).toMatchObject({ alarms: [], head: { size: SIZE } });
});

it('takes no election that does not count, and none that stands on the new key alone', async () => {
  await look(nodeOf(3, 0));
  const forged: readonly Partial<ElectedPlan>[] = [
    { voters: (number) => at([[1], [2, 3], [1, 2]], number) },
    { headBy: (number) => at(KEYS, number + 1) },
    { headSize: () => null },
  ];
  for (const bends of forged)
    expect(await look(nodeOf(SIZE, 3, bends))).toMatchObject({
      ...{ alarms: [{ code: 'key-unknown' }], handovers: [], head: { size: 3 } },
    });
});

it('finds out an election that takes back what the old key was seen to sign', async () => {
  expect(codes(await look(nodeOf(6, 0)))).toEqual([]);
  expect(await look(nodeOf(SIZE, 3))).toMatchObject({
    ...{ alarms: [{ code: 'key-ended' }], handovers: [], head: { size: 6 } },
  });
});

it('finds out an election over another history than it has seen', async () => {
  await look(nodeOf(3, 0));
  const elsewhere = nodeOf(SIZE, 3, { group: (group) => ({ ...group, sites: 2 }) });
  const round = await look({ ...elsewhere, evidence: nodeOf(SIZE, 3).evidence });
  expect(codes(round)).not.toEqual([]);
  expect([round.head?.size, round.handovers]).toEqual([3, []]);
});

it('holds heads that were kept from before against the end of their key', async () => {
  const kept = (size: number) =>
    history(electedStatements().map(leafHash)).checkpoint(size, {
      ...{ origin: ORIGIN, signers: [signerOf(at(KEYS, 0))] },
    });
  await look(nodeOf(SIZE, 3));
  const compared = async (size: number) =>
    codes(await look(nodeOf(SIZE, 3), { saved: [{ place: 'kept', checkpoint: kept(size) }] }));
  expect(await compared(4)).toEqual([]);
  expect(await compared(5)).toEqual(['key-ended']);
});

it('does not take a recovery key for a key of the log', async () => {
  const trust = { ...NO_TRUST, logs: [], recoveryKeys: [RECOVERY.key] };
  await expect(look(nodeOf(SIZE, 3), { trust })).rejects.toMatchObject({ code: 'CLI_USAGE' });
});
