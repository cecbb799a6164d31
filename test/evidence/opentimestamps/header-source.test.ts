import { describe, expect, it } from '@jest/globals';
import { concat, fromHex } from '../../../src/base/bytes.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { headersOfRuns } from '../../../src/evidence/opentimestamps/header-source.js';
import { NO_TRUST, type Trust } from '../../../src/evidence/trust.js';
import { refusal } from '../bitcoin/error-code.js';
import { blocks, spv } from '../bitcoin/vectors.js';
import { HEADER_358391, HEIGHT_358391 } from './support/ots-vectors.js';

/** Of 2019, when blocks were easier than the floor for anchors. */
const SEVEN = fromHex(spv.headerChain);
const FROM = 568_000;

function header(at: number): Uint8Array {
  return SEVEN.subarray(at * 80, (at + 1) * 80);
}

function pinning(
  at: number,
  chain: 'bitcoin:mainnet' | 'bitcoin:testnet' = 'bitcoin:mainnet',
): Trust {
  const { hash } = parseBlockHeader(header(at));
  return { ...NO_TRUST, blocks: [{ chain, height: FROM + at, hash }] };
}

function basesOf(source: ReturnType<typeof headersOfRuns>): (string | undefined)[] {
  return Array.from({ length: 7 }, (_, at) => source(FROM + at)?.basis);
}

describe('headers that a verifier brings', () => {
  it('are found by height, and none is where none was given', () => {
    const source = headersOfRuns([{ from: FROM, headers: SEVEN }], NO_TRUST);
    expect(source(FROM + 3)).toMatchObject({ hash: parseBlockHeader(header(3)).hash });
    expect([source(FROM - 1), source(FROM + 7)]).toEqual([null, null]);
    expect(headersOfRuns([], NO_TRUST)(FROM)).toBeNull();
  });

  it('are pinned up to the pinned block, and given above it', () => {
    const runs = [{ from: FROM, headers: SEVEN }];
    const up = ['pinned', 'pinned', 'pinned', 'pinned'];
    expect(basesOf(headersOfRuns(runs, pinning(3)))).toEqual([...up, 'given', 'given', 'given']);
    expect(basesOf(headersOfRuns(runs, NO_TRUST))).toEqual(new Array(7).fill('given'));
  });

  it('are not pinned by blocks of another chain, nor by those outside', () => {
    const runs = [{ from: FROM, headers: SEVEN.subarray(0, 3 * 80) }];
    for (const trust of [pinning(2, 'bitcoin:testnet'), pinning(3)])
      expect(basesOf(headersOfRuns(runs, trust)).slice(0, 3)).toEqual(['given', 'given', 'given']);
  });

  it('stay pinned, whichever of two runs comes first', () => {
    const reaching = { from: FROM, headers: SEVEN };
    const alone = { from: FROM, headers: header(0) };
    for (const runs of [
      [reaching, alone],
      [alone, reaching],
    ])
      expect(basesOf(headersOfRuns(runs, pinning(3)))[0]).toBe('pinned');
  });

  it('are refused if they contradict a pinned block', () => {
    const { hash } = parseBlockHeader(header(4));
    const trust = {
      ...NO_TRUST,
      blocks: [{ chain: 'bitcoin:mainnet', height: FROM, hash } as const],
    };
    expect(refusal(() => headersOfRuns([{ from: FROM, headers: SEVEN }], trust))).toMatch(
      /^BITCOIN_PIN_MISMATCH/,
    );
  });

  it('are refused if two of one height are not the same', () => {
    const runs = [
      { from: FROM, headers: SEVEN },
      { from: FROM + 2, headers: HEADER_358391 },
    ];
    expect(refusal(() => headersOfRuns(runs, NO_TRUST))).toMatch(/^BITCOIN_HEADERS_UNLINKED/);
  });

  it('are refused if they are no chain, or no headers', () => {
    for (const headers of [
      concat(header(0), header(2)),
      SEVEN.subarray(1),
      new Uint8Array(),
      new Uint8Array(80),
    ])
      expect(refusal(() => headersOfRuns([{ from: FROM, headers }], NO_TRUST))).toMatch(
        /^BITCOIN_(HEADERS_UNLINKED|PROOF_MALFORMED|HEADER_MALFORMED)/,
      );
  });

  it('are refused if they are easier than all were since their time', () => {
    const genesis = fromHex(blocks[0]?.hex ?? '').subarray(0, 80);
    const refused = (from: number, headers: Uint8Array): string =>
      refusal(() => headersOfRuns([{ from, headers }], NO_TRUST)).replace(/:.*/, '');
    expect(refused(0, genesis)).toBe('none');
    expect(refused(349_999, genesis)).toBe('none');
    expect(refused(350_000, genesis)).toBe('BITCOIN_WORK_INSUFFICIENT');
    expect(refused(HEIGHT_358391, HEADER_358391)).toBe('none');
    expect(refused(610_690, HEADER_358391)).toBe('none');
    expect(refused(610_691, HEADER_358391)).toBe('BITCOIN_WORK_INSUFFICIENT');
  });

  it('are refused if their work is not done', () => {
    const undone = Uint8Array.from(HEADER_358391);
    undone[76] = (undone[76] ?? 0) ^ 1;
    expect(
      refusal(() => headersOfRuns([{ from: HEIGHT_358391, headers: undone }], NO_TRUST)),
    ).toMatch(/^BITCOIN_WORK_INSUFFICIENT/);
  });
});
