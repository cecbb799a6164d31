/** A monitor while a log goes on by another key: a handover is accepted and named, and what passes for one is found out. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestToHex } from '../../../src/base/hex-digest.js';
import { RefusedByNode } from '../../../src/cli/cli-error.js';
import { checkLog } from '../../../src/cli/monitor/check-log.js';
import type { RemoteLog } from '../../../src/cli/monitor/remote-log.js';
import type { MonitorParts, Round } from '../../../src/cli/monitor/round.js';
import type { SignedHandover } from '../../../src/evidence/handover-request.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { signHandover } from '../../../src/tlog/handover.js';
import {
  type History,
  history,
  leaves,
  LOG_KEY,
  ORIGIN,
  RECOVERY_KEY,
  signerOf,
} from '../../evidence/misbehaviour/support/history.js';
import { type NamedKey, namedKey } from '../../evidence/support/synthetic-keys.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { monitorOf, placeOf } from './support.js';

const GROWN = history(leaves('handed over', 0, 60));
const OTHER = history(leaves('another tree', 0, 60));
const [SECOND, THIRD] = [namedKey(ORIGIN, 'the second'), namedKey(ORIGIN, 'the third')];
const STRANGER = namedKey('log.example/000000000000a11a', 'no officer');

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

interface Shown {
  readonly size: number;
  readonly by: NamedKey;
  readonly from?: History;
}

/** What a node shows that gives nobody evidence: the owner's own trust file must do. */
function nodeOf({ size, by, from = GROWN }: Shown): RemoteLog {
  return {
    ...placeOf({ history: from, size }),
    checkpoint: () => Promise.resolve(from.checkpoint(size, { signers: [signerOf(by)] })),
    evidence: () => Promise.reject(new RefusedByNode('AUTH_FORBIDDEN', 'not for this key')),
  };
}

function handover(
  old: NamedKey,
  next: NamedKey,
  size: number,
  { by = RECOVERY_KEY, from = GROWN }: { by?: NamedKey; from?: History } = {},
): SignedHandover {
  const terms = {
    ...{ old: old.text, new: next.text, size },
    rootHash: digestToHex(from.rootAt(size)),
  };
  return { ...terms, origin: ORIGIN, signature: signHandover(ORIGIN, terms, by.text, by.sign) };
}

const FIRST_TO_SECOND = handover(LOG_KEY, SECOND, 10);

/** One look, with the memory of those before it. */
function look(
  shown: Shown,
  handovers: readonly SignedHandover[],
  more: Partial<MonitorParts> = {},
): Promise<Round> {
  const recoveryKeys = [RECOVERY_KEY.key];
  const trust = { ...NO_TRUST, logs: [LOG_KEY.key], recoveryKeys, handovers };
  return checkLog(monitorOf(root, [nodeOf(shown)], { trust, ...more }).parts);
}

const codes = ({ alarms }: Round): string[] => alarms.map(({ code }) => code);

describe('a handover in a trust file', () => {
  it('is accepted and named once, and the log is followed by its new key', async () => {
    expect(codes(await look({ size: 8, by: LOG_KEY }, []))).toEqual([]);
    const { size, old, new: next, rootHash } = FIRST_TO_SECOND;
    expect(await look({ size: 15, by: SECOND }, [FIRST_TO_SECOND])).toMatchObject({
      ...{ alarms: [], change: 'grown', head: { size: 15 } },
      handovers: [{ size, old, new: next, rootHash, by: 'recovery-key' }],
    });
    expect(await look({ size: 16, by: SECOND }, [FIRST_TO_SECOND])).toMatchObject({
      ...{ alarms: [], change: 'grown', handovers: [] },
    });
  });

  it('may be one of several that the monitor did not see', async () => {
    await look({ size: 8, by: LOG_KEY }, []);
    const both = [handover(SECOND, THIRD, 30), FIRST_TO_SECOND];
    const round = await look({ size: 40, by: THIRD }, both);
    expect(codes(round)).toEqual([]);
    expect(round.handovers.map(({ size }) => size)).toEqual([10, 30]);
  });

  it('is nobody’s where the key that signed it is not pinned', async () => {
    await look({ size: 8, by: LOG_KEY }, []);
    const forged = handover(LOG_KEY, SECOND, 10, { by: STRANGER });
    expect(await look({ size: 15, by: SECOND }, [forged])).toMatchObject({
      ...{ alarms: [{ code: 'key-unknown' }], handovers: [], head: { size: 8 } },
    });
  });

  it('ends the old key: what it signs beyond is a finding, and is not followed', async () => {
    const handovers = [FIRST_TO_SECOND];
    expect(codes(await look({ size: 12, by: LOG_KEY }, handovers))).toEqual(['key-ended']);
    expect(codes(await look({ size: 10, by: LOG_KEY }, handovers))).toEqual([]);
    expect(await look({ size: 12, by: LOG_KEY }, handovers)).toMatchObject({
      ...{ alarms: [{ code: 'key-ended' }], head: { size: 10 } },
    });
    const elsewhere = { size: 10, by: LOG_KEY, from: OTHER };
    expect(codes(await look(elsewhere, handovers))).toEqual(['key-ended']);
  });

  it('that takes back what the old key was seen to sign is a finding', async () => {
    expect(codes(await look({ size: 12, by: LOG_KEY }, []))).toEqual([]);
    expect(await look({ size: 15, by: SECOND }, [FIRST_TO_SECOND])).toMatchObject({
      ...{ alarms: [{ code: 'key-ended' }], handovers: [], head: { size: 12 } },
    });
  });

  it('of another tree than is shown is not taken for the log’s, at the first look either', async () => {
    const ofOther = [handover(LOG_KEY, SECOND, 10, { from: OTHER })];
    expect(await look({ size: 15, by: SECOND }, ofOther)).toMatchObject({
      ...{ alarms: [{ code: 'unproven' }], head: null },
    });
    await look({ size: 8, by: LOG_KEY }, []);
    expect(await look({ size: 15, by: SECOND }, ofOther)).toMatchObject({
      ...{ alarms: [{ code: 'unproven' }], handovers: [], head: { size: 8 } },
    });
  });

  it('does not make another history of it', async () => {
    await look({ size: 8, by: LOG_KEY }, []);
    const forked = [handover(LOG_KEY, SECOND, 10, { from: OTHER })];
    const round = await look({ size: 15, by: SECOND, from: OTHER }, forked);
    expect(round).toMatchObject({ alarms: [{ code: 'unproven' }], head: { size: 8 } });
  });

  it('that leads in a circle leads nowhere', async () => {
    await look({ size: 8, by: LOG_KEY }, []);
    const circle = [FIRST_TO_SECOND, handover(SECOND, LOG_KEY, 20)];
    const trusted = { logs: [LOG_KEY.key, THIRD.key], recoveryKeys: [RECOVERY_KEY.key] };
    const trust = { ...NO_TRUST, ...trusted, handovers: circle };
    const round = await look({ size: 40, by: THIRD }, [], { trust });
    expect(codes(round)).toEqual(['key-changed']);
  });

  it('vouches for heads that were kept from before it', async () => {
    const kept = (size: number, from = GROWN) => ({
      place: join(root, 'kept'),
      checkpoint: from.checkpoint(size),
    });
    const after = { size: 15, by: SECOND };
    const of = (saved: ReturnType<typeof kept>): Promise<Round> =>
      look(after, [FIRST_TO_SECOND], { saved: [saved] });
    expect(codes(await of(kept(7)))).toEqual([]);
    expect(codes(await of(kept(10)))).toEqual([]);
    expect(codes(await of(kept(12)))).toEqual(['key-ended']);
    expect(codes(await of(kept(7, OTHER)))).toEqual(['unproven']);
  });
});
