import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  findDivergence,
  type KnownLog,
} from '../../../src/evidence/misbehaviour/find-divergence.js';
import { MAX_FETCHES } from '../../../src/evidence/misbehaviour/internal/hash-source.js';
import type { LogView } from '../../../src/evidence/misbehaviour/log-view.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST, type Trust } from '../../../src/evidence/trust.js';
import { cosign } from '../../../src/tlog/cosignature.js';
import { formatSignedNote, parseSignedNote } from '../../../src/tlog/signed-note.js';
import { witnessKey } from '../../tlog/keys.js';
import { namedKey } from '../support/synthetic-keys.js';
import { bindingLine, history, leaves, LOG_KEY, signerOf, split } from './support/history.js';

const LOG: KnownLog = { key: LOG_KEY.key };
const TRUST: Trust = { ...NO_TRUST, logs: [LOG_KEY.key] };

/** What it found, in short; a proof must verify for who trusts the log's key, and for nobody else. */
async function found(one: LogView, other: LogView): Promise<unknown> {
  const divergence = await findDivergence(one, other, LOG);
  if (divergence.kind === 'consistent') return 'consistent';
  if (divergence.kind === 'undecided') return divergence.reason;
  expect(verifyMisbehaviour(divergence.proof, TRUST).result).toBe('proven');
  expect(verifyMisbehaviour(divergence.proof, NO_TRUST).result).toBe('unattributed');
  return [divergence.shows, divergence.firstDifference];
}

const SIZE = fc.integer({ min: 1, max: 700 });

describe('two views of histories that part', () => {
  it('give a proof that names the first entry that differs, whichever is shown first', async () => {
    await fc.assert(
      fc.asyncProperty(SIZE, SIZE, SIZE, fc.boolean(), async (a, b, c, isSwapped) => {
        const fork = Math.min(a, b, c) - 1;
        const [one, other] = split('property', fork, a, b);
        const views: [LogView, LogView] = isSwapped
          ? [other.view(b), one.view(a)]
          : [one.view(a), other.view(b)];
        expect(await found(...views)).toEqual([a === b ? 'roots' : 'entry', fork]);
      }),
      { numRuns: 60 },
    );
  });

  it('give a proof where of the smaller there is a head alone', async () => {
    const [one, other] = split('alone', 300, 512, 700);
    for (const m of [301, 310, 511, 512])
      expect(await found(one.headAlone(m), other.view(700))).toEqual(['beginning', null]);
    expect(await found(one.headAlone(512), other.headAlone(512))).toEqual(['roots', null]);
    expect(await found(one.view(512), other.headAlone(700))).toBe('no-tiles');
  });

  it('are undecided where tiles do not lead to the root, and are never called consistent', async () => {
    const [one, other] = split('false tiles', 5, 20, 300);
    const lying = { ...other.view(300), fetchTile: one.view(20).fetchTile };
    const empty = { ...other.view(300), fetchTile: () => Promise.resolve(new Uint8Array()) };
    const noise = {
      ...other.view(300),
      fetchTile: ({ width }: { width: number }) => Promise.resolve(new Uint8Array(32 * width)),
    };
    await expect(found(one.headAlone(20), lying)).rejects.toThrow('before it was written');
    expect(await found(one.headAlone(20), empty)).toBe('false-tiles');
    expect(await found(one.headAlone(20), noise)).toBe('false-tiles');
    // The tiles of the smaller lie: the larger proves it alone.
    expect(await found({ ...one.view(20), fetchTile: noise.fetchTile }, other.view(300))).toEqual([
      'beginning',
      null,
    ]);
    expect(await found({ ...one.view(20), fetchTile: noise.fetchTile }, other.view(20))).toEqual([
      'roots',
      null,
    ]);
  });

  it('are compared by a few tiles, however large the trees are said to be', async () => {
    const [one, other] = split('large', 60_000, 66_000, 70_000);
    let fetches = 0;
    const counting = (view: LogView): LogView => ({
      ...view,
      fetchTile: async (tile) => {
        fetches++;
        return view.fetchTile?.(tile) ?? new Uint8Array();
      },
    });
    expect(await found(counting(one.view(66_000)), counting(other.view(70_000)))).toEqual([
      'entry',
      60_000,
    ]);
    expect(fetches).toBeLessThan(20);

    fetches = 0;
    const huge: LogView = {
      ...history(leaves('huge', 0, 4)).view(4),
      checkpoint: history(leaves('huge', 0, 4))
        .checkpoint(4)
        .replace('\n4\n', '\n5\n'),
    };
    await expect(findDivergence(huge, one.view(1), LOG)).rejects.toMatchObject({
      code: 'NOTE_UNVERIFIED',
    });
    expect(MAX_FETCHES).toBeLessThanOrEqual(64);
  });
});

describe('two views of one history', () => {
  it('are consistent at all sizes', async () => {
    const grown = history(leaves('honest', 0, 700));
    await fc.assert(
      fc.asyncProperty(SIZE, SIZE, async (a, b) => {
        expect(await found(grown.view(a), grown.view(b))).toBe('consistent');
        if (a <= b) expect(await found(grown.headAlone(a), grown.view(b))).toBe('consistent');
      }),
      { numRuns: 60 },
    );
    expect(await found(grown.view(0), grown.view(3))).toBe('consistent');
    expect(await found(grown.view(0), grown.view(0))).toBe('consistent');
  });
});

describe('bindings', () => {
  const grown = history(leaves('bound', 0, 40));
  const bound = (size: number, length: number, fill = 0x7e, fork = 0): LogView =>
    grown.view(size, {
      extensions: [bindingLine({ length, fork, treeHash: new Uint8Array(32).fill(fill) })],
    });

  it('of one core that cannot be are proven, though the trees agree', async () => {
    expect(await found(bound(10, 5), bound(10, 5, 0x7f))).toEqual(['binding', null]);
    expect(await found(bound(10, 5), bound(10, 6))).toEqual(['binding', null]);
    expect(await found(bound(10, 5), bound(20, 5))).toEqual(['binding', null]);
    expect(await found(bound(10, 9), bound(20, 5))).toEqual(['binding', null]);
    const alone = { ...bound(20, 5), fetchTile: null };
    expect(await found(bound(10, 9), alone)).toEqual(['binding', null]);
  });

  it('that can be, or of which nothing can be said, are not', async () => {
    expect(await found(bound(10, 5), bound(10, 5))).toBe('consistent');
    expect(await found(bound(10, 5), bound(20, 6, 0x7f))).toBe('consistent');
    expect(await found(bound(10, 5), bound(20, 3, 0x7f, 1))).toBe('consistent');
    expect(await found(bound(10, 5), grown.view(20))).toBe('consistent');
  });
});

describe('what is compared', () => {
  const grown = history(leaves('strange', 0, 9));

  it('must be signed by the log’s key and of its origin', async () => {
    const stranger = signerOf(namedKey(LOG_KEY.key.name, 'a stranger'));
    for (const [bends, code] of [
      [{ signers: [stranger] }, 'NOTE_UNVERIFIED'],
      [{ origin: 'log.example/000000000000a11a/other' }, 'CHECKPOINT_OF_OTHER_LOG'],
      [{ extensions: ['hypercore nonsense'] }, 'LOG_BINDING_MALFORMED'],
      [{ extensions: ['x'.repeat(17_000)] }, 'CHECKPOINT_MALFORMED'],
    ] as const)
      await expect(findDivergence(grown.view(9, bends), grown.view(9), LOG)).rejects.toMatchObject({
        code,
      });
  });

  it('loses its cosignatures in a proof, which holds all the same', async () => {
    const [one, other] = split('cosigned', 2, 5, 5);
    const note = parseSignedNote(one.checkpoint(5));
    const { key, sign } = witnessKey('witness.example');
    const cosigned = formatSignedNote({
      text: note.text,
      signatures: [cosign(note.text, key, sign, 1_700_000_000), ...note.signatures],
    });
    const view = { ...one.view(5), checkpoint: cosigned };
    expect(await found(view, other.view(5))).toEqual(['roots', 2]);
  });

  it('passes on what fetching throws', async () => {
    const broken = {
      ...grown.view(9),
      fetchTile: () => Promise.reject(new Error('the node is gone')),
    };
    await expect(findDivergence(grown.view(3), broken, LOG)).rejects.toThrow('the node is gone');
  });
});
