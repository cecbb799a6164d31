/** The one rule that no forgery can be made for here: it needs blocks that cost real work. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import {
  AFTER_RULES,
  type AnchorSubject,
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
