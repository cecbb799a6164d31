import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorChainToJson } from '../../src/anchoring/anchor-chain-json.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { formatStoredJson, parseStoredJsonUpTo } from '../../src/base/stored-json.js';
import { type AnchoringLife, CONFIRMATIONS, settle, withAnchoring } from './anchoring-life.js';
import { payloadOf, refusal } from './fixture.js';

const REFUSAL = {
  damaged: (reason: string) => new Error(reason),
  newer: () => new Error('newer'),
};

/** Rewrites a file as if another version had written it. */
async function rewrite(
  { directory }: AnchoringLife,
  name: string,
  format: number,
  change: (content: JsonObject) => JsonObject,
): Promise<void> {
  const place = `anchors/${basename(directory)}/${name}`;
  const path = join(directory, name);
  const { content } = parseStoredJsonUpTo(9, place, await readFile(path), REFUSAL);
  await writeFile(path, formatStoredJson(place, change(content), format));
}

const settledName = (size: number): string => `settled.${String(size).padStart(12, '0')}.json`;

/** What the version before wrote: no costs, no levels, nothing of how to take an anchor back. */
async function asFormat1(life: AnchoringLife, sizes: readonly number[]): Promise<void> {
  const { tip, candidates } = await life.stored();
  await rewrite(life, 'chain.json', 1, () => ({
    settled: sizes.length,
    chain: anchorChainToJson({ tip, candidates }),
  }));
  for (const size of sizes)
    await rewrite(life, settledName(size), 1, ({ proof }) => ({
      epochSize: size,
      proof: proof ?? null,
    }));
}

describe('the store of anchors', () => {
  it('of the version before is gone on with', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      await settle(life, anchorer, 2);
      await anchorer.publish(payloadOf(3));
      await asFormat1(life, [2]);
      const again = await life.open();
      expect(again.settledSize).toBe(2);
      expect(again.state).toMatchObject({ state: 'pending', epochSize: 3 });
      expect(again.report).toMatchObject({ paidInAll: 0n, lastSettledAt: null });
      await life.chain.mine(CONFIRMATIONS);
      expect(await again.poll()).toMatchObject({ epochSize: 3 });
      expect((await life.store()).settledSizes).toEqual([2, 3]);
    }));

  it('of the version before is proved anew after a reorganisation, as far as it can be', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      await asFormat1(life, [2]);
      const again = await life.open();
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.mine(CONFIRMATIONS - 1);
      await life.chain.mine(1);
      const before = await (await life.store()).readSettled(again.settledSize);
      expect(await again.poll()).toBeNull();
      const after = await (await life.store()).readSettled(again.settledSize);
      expect(after.proof.headers).not.toEqual(before.proof.headers);
      expect(again.settledSize).toBe(2);
    }));

  it('of a newer version is not touched', () =>
    withAnchoring(async (life) => {
      await settle(life, await life.open(), 2);
      await rewrite(life, 'chain.json', 3, (content) => content);
      expect(await refusal(() => life.open())).toMatch(/format 3; this version reads up to 2/);
    }));

  it.each([
    [
      'a settled anchor is missing',
      (life: AnchoringLife) => rm(join(life.directory, settledName(2))),
    ],
    ['the newest settled anchor is missing', (life) => rm(join(life.directory, settledName(3)))],
    [
      'the book is older than the anchors',
      (life) =>
        rewrite(life, 'chain.json', 2, (content) => {
          const { newest, ...rest } = content;
          expect(newest).toBe(4);
          return { ...rest, settled: 0 };
        }),
    ],
    [
      'a level hangs from nothing',
      (life) =>
        rewrite(life, 'chain.json', 2, (content) => {
          const chain = content['chain'] as JsonObject;
          const [level] = chain['levels'] as JsonObject[];
          return { ...content, chain: { ...chain, levels: [level ?? null, level ?? null] } };
        }),
    ],
  ] as [string, (life: AnchoringLife) => Promise<void>][])('is refused where %s', (_what, damage) =>
    withAnchoring(async (life) => {
      const anchorer = await life.open();
      for (const size of [2, 3, 4]) await settle(life, anchorer, size);
      await damage(life);
      expect(await refusal(() => life.open())).toMatch(/^ANCHOR_STATE_INVALID/);
    }),
  );
});
