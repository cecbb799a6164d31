/** Rules of anchors for which no forgery can be made: blocks that cost real work, and chains that were succeeded. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import {
  AFTER_RULES,
  ANCHOR_RULES,
  type AnchorSubject,
  BEFORE_RULES,
  BLOCK_TIME_TOLERANCE_MILLIS,
} from '../../src/evidence/internal/anchor-rules.js';
import { subjectOf } from '../../src/evidence/internal/check-anchor.js';
import { isUnreadable, readEvidence } from '../../src/evidence/internal/read-evidence.js';
import { isFinding } from '../../src/evidence/internal/read-part.js';
import { build, type Built } from './evidence-builder.js';
import { trustOf } from './support/originals.js';

const rule = AFTER_RULES['the entry is not recorded after its block'];

let bank: Built;
beforeAll(async () => {
  bank = await build();
});

describe('an entry that says it was recorded after the block that holds it', () => {
  it('is found out by a chain that costs something, beyond what its clock may be off', () => {
    const { recordedAt } = subject(0).evidence.entry.content;
    const earliest = (recordedAt - BLOCK_TIME_TOLERANCE_MILLIS) as UnixMillis;
    expect(rule?.(subject(earliest))).toBeNull();
    expect(rule?.(subject(earliest - 1))).toMatchObject({ code: 'anchor.after-time' });
  });

  it('is not by one that costs nothing', () => {
    expect(rule?.(subject(0, true))).toBeNull();
  });

  function subject(time: number, development = false): AnchorSubject {
    const evidence = readEvidence(bank.file);
    if (isUnreadable(evidence)) throw new Error('readable');
    const made = subjectOf(bank.file.anchors?.after, evidence, trustOf(bank));
    if (made === undefined || isFinding(made) || isFinding(made.block)) throw new Error('anchored');
    return { ...made, block: { ...made.block, time: time as UnixMillis, development } };
  }
});

describe('an anchor of a chain that succeeded another', () => {
  const one = `0014${'11'.repeat(20)}`;
  const other = `0014${'22'.repeat(20)}`;
  const isNamed = ANCHOR_RULES['the transaction is of the chain that the epoch names'];
  const isPair = BEFORE_RULES['both anchors are of one chain of transactions'];

  it('is taken where the epoch names its script, and nowhere else', () => {
    expect(isNamed?.(paying(one, one))).toBeNull();
    expect(isNamed?.(paying(one, undefined))).toBeNull();
    expect(isNamed?.(paying(one, other))).toMatchObject({ code: 'anchor.unattributed' });
  });

  it('goes with one of the chain before where each epoch names its own', () => {
    const pair = (before: string | undefined, after: string | undefined) =>
      isPair?.({ ...paying(one, before), after: paying(other, after) });
    expect(pair(one, other)).toBeNull();
    for (const [before, after] of [
      [undefined, other],
      [one, undefined],
      [undefined, undefined],
    ])
      expect(pair(before, after)).toMatchObject({ code: 'anchor.pair-chain' });
  });

  function paying(script: string, anchorScript: string | undefined): AnchorSubject {
    const evidence = readEvidence(bank.file);
    if (isUnreadable(evidence)) throw new Error('readable');
    const made = subjectOf(bank.file.anchors?.after, evidence, trustOf(bank));
    if (made === undefined || isFinding(made) || isFinding(made.block)) throw new Error('anchored');
    const { epoch, block } = made;
    const content = { ...epoch.content, ...(anchorScript !== undefined && { anchorScript }) };
    return {
      ...made,
      epoch: { ...epoch, content },
      block: { ...block, chainScript: Buffer.from(script, 'hex') },
    };
  }
});
