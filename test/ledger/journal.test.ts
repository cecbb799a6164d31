import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Journal,
  type JournalCommit,
  type JournalSnapshot,
  readJournal,
} from '../../src/ledger/journal.js';
import { EMPTY_HEAD } from '../../src/ledger/log-head.js';
import { type JournalStep, MemoryJournalFiles } from './memory-journal-files.js';

const SNAPSHOT: JournalSnapshot = {
  kind: 'snapshot',
  vaults: [
    {
      tenant: new Uint8Array(8).fill(1),
      state: { generation: 1, length: 8, check: new Uint8Array(8) },
    },
  ],
  logs: [{ key: new Uint8Array(32).fill(2), head: EMPTY_HEAD }],
};

function commit(n: number, bytes = 700): JournalCommit {
  return {
    kind: 'commit',
    rows: [{ tenant: new Uint8Array(8).fill(1), row: new Uint8Array(90).fill(n + 1) }],
    blocks: [
      {
        key: new Uint8Array(32).fill(2),
        block: new Uint8Array(bytes).fill((n % 255) + 1),
        head: { ...EMPTY_HEAD, length: n + 1 },
        checkpointBody: Buffer.from(`checkpoint ${n}`),
      },
    ],
  };
}

async function written(commits: number): Promise<{ files: MemoryJournalFiles; journal: Journal }> {
  const files = new MemoryJournalFiles();
  const journal = await Journal.begin(files, await readJournal(files), SNAPSHOT);
  for (let n = 0; n < commits; n++) await journal.append(commit(n));
  return { files, journal };
}

const lengths = (commits: readonly JournalCommit[]): number[] =>
  commits.map(({ blocks }) => blocks[0]?.head.length ?? -1);

async function onlySegment(
  files: MemoryJournalFiles,
): Promise<{ name: string; bytes: Uint8Array }> {
  const [name = ''] = await files.list();
  return { name, bytes: await files.read(name) };
}

describe('the journal', () => {
  it('gives back what was written, in order', async () => {
    const { files } = await written(5);
    const content = await readJournal(files);
    expect(content.snapshot).toEqual(SNAPSHOT);
    expect(content.commits.map((one) => Buffer.from(one.blocks[0]?.block ?? []).length)).toEqual([
      700, 700, 700, 700, 700,
    ]);
    expect(lengths(content.commits)).toEqual([1, 2, 3, 4, 5]);
    expect(content.tornBytes).toBe(0);
  });

  it('goes on over segments, and forgets the old ones only when told', async () => {
    const { files, journal } = await written(2);
    await journal.rotate(SNAPSHOT);
    await journal.append(commit(2));
    expect(lengths((await readJournal(files)).commits)).toEqual([1, 2, 3]);
    await journal.dropSegmentsBefore(journal.currentSegment);
    expect(lengths((await readJournal(files)).commits)).toEqual([3]);
  });

  it('refuses a segment that is missing from the middle', async () => {
    const { files, journal } = await written(1);
    await journal.rotate(SNAPSHOT);
    await journal.append(commit(1));
    const [, middle = ''] = await files.list();
    await journal.rotate(SNAPSHOT);
    await journal.append(commit(2));
    await files.remove(middle);
    await expect(readJournal(files)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  });

  it('reports every flipped byte of what was synced, wherever it is', async () => {
    const { files } = await written(2);
    const { name, bytes } = await onlySegment(files);
    for (let at = 0; at < bytes.length; at++) {
      const altered = new MemoryJournalFiles();
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x40;
      altered.put(name, flipped);
      const result = await readJournal(altered).then(
        ({ commits }) => lengths(commits),
        (error: unknown) => (error as { code: string }).code,
      );
      // A length field of the last record that now points beyond the end looks torn. The log, which
      // holds its block, then says that the journal has lost its end (recover-log.test.ts).
      const lastLength = lengthFieldOfLastRecord(bytes);
      if (at >= lastLength && at < lastLength + 4 && Array.isArray(result))
        expect(result).toEqual([1]);
      else expect(`${at} ${String(result)}`).toBe(`${at} LEDGER_DAMAGED`);
    }
  });

  it('drops a last record that is cut anywhere, and only that', async () => {
    const { files } = await written(3);
    const { name, bytes } = await onlySegment(files);
    const last = lengthFieldOfLastRecord(bytes) - 4;
    for (let end = last + 1; end < bytes.length; end++) {
      const cut = new MemoryJournalFiles();
      cut.put(name, bytes.slice(0, end));
      const content = await readJournal(cut);
      expect(lengths(content.commits)).toEqual([1, 2]);
      expect(content.tornBytes).toBe(end - last);
    }
  });

  it('drops a last record with sectors that never reached the disk', async () => {
    const files = new MemoryJournalFiles();
    const journal = await Journal.begin(files, await readJournal(files), SNAPSHOT);
    await journal.append(commit(0));
    await journal.append(commit(1, 3000));
    const { name, bytes } = await onlySegment(files);
    const last = lengthFieldOfLastRecord(bytes) - 4;
    for (let sector = Math.floor(last / 512); sector * 512 < bytes.length; sector++) {
      const torn = new MemoryJournalFiles();
      const zeroed = bytes.slice();
      zeroed.fill(0, Math.max(last, sector * 512), Math.min(bytes.length, (sector + 1) * 512));
      torn.put(name, zeroed);
      expect(lengths((await readJournal(torn)).commits)).toEqual([1]);
    }
  });

  it('refuses a record that was cut or zeroed before the last', async () => {
    const { files } = await written(3);
    const { name, bytes } = await onlySegment(files);
    const zeroed = bytes.slice();
    zeroed.fill(0, 1024, 1536);
    const altered = new MemoryJournalFiles();
    altered.put(name, zeroed);
    await expect(readJournal(altered)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  });

  it('goes on after a torn record, even if the power fails again right then', async () => {
    const { files } = await written(3);
    const { name, bytes } = await onlySegment(files);
    const torn = new MemoryJournalFiles();
    torn.put(name, bytes.slice(0, bytes.length - 5));
    await Journal.begin(torn, await readJournal(torn), SNAPSHOT);
    // The old segment, with its torn end, is still there beside the new one.
    const content = await readJournal(torn);
    expect(content.segments).toHaveLength(2);
    expect(lengths(content.commits)).toEqual([1, 2]);
  });

  describe('when a step fails or the power is cut', () => {
    const steps: readonly JournalStep[] = [
      'create',
      'append',
      'datasync',
      'remove',
      'syncDirectory',
    ];
    const whens = ['before', 'after'] as const;
    const keeps: Readonly<Record<string, (unsynced: Uint8Array) => Uint8Array>> = {
      nothing: () => new Uint8Array(),
      half: (unsynced) => unsynced.slice(0, unsynced.length >> 1),
      zeros: (unsynced) => new Uint8Array(unsynced.length),
      everything: (unsynced) => unsynced,
    };
    const cases = steps.flatMap((step) =>
      whens.flatMap((when) => Object.keys(keeps).map((keep) => [step, when, keep] as const)),
    );

    it.each(cases)('%s fails %s, and %s of what was unsynced is kept', async (step, when, keep) => {
      for (let nth = 0; nth < 8; nth++) {
        const files = new MemoryJournalFiles();
        let left = nth;
        files.fault = (at, moment) => {
          if (at === step && moment === when && left-- === 0) throw new Error('injected');
        };
        const acknowledged: number[] = [];
        await scenario(files, acknowledged).catch((error: unknown) => {
          const { code } = error as { code?: string };
          expect([undefined, 'LEDGER_FAILED']).toContain(code);
        });
        const content = await readJournal(files.afterPowerCut(keeps[keep] ?? ((all) => all)));
        const known = lengths(content.commits);
        const base = content.snapshot?.logs[0]?.head.length ?? 0;
        // Nothing acknowledged is missing: it is in a commit, or in the snapshot before them.
        for (const length of acknowledged)
          expect(length <= base || known.includes(length)).toBe(true);
      }
    });

    it('takes nothing more after a failed sync', async () => {
      const { files, journal } = await written(1);
      files.fault = (step) => {
        if (step === 'datasync') throw new Error('injected');
      };
      await expect(journal.append(commit(1))).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
      files.fault = () => undefined;
      await expect(journal.append(commit(1))).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    });

    it('shows that it can fail: a journal that acknowledges before its sync loses records', async () => {
      const files = new MemoryJournalFiles();
      const journal = await Journal.begin(files, await readJournal(files), SNAPSHOT);
      files.fault = (step, when) => {
        if (step === 'datasync' && when === 'before') throw new Error('forgotten');
      };
      await journal.append(commit(0)).catch(() => undefined);
      const content = await readJournal(files.afterPowerCut(() => new Uint8Array()));
      expect(lengths(content.commits)).toEqual([]);
    });
  });

  it('reads no arbitrary bytes as a journal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 4, maxLength: 300 }), async (bytes) => {
        const files = new MemoryJournalFiles();
        files.put('0000000000000000.journal', bytes);
        const content = await readJournal(files).catch((error: unknown) => error);
        if (content instanceof Error) expect(content).toMatchObject({ code: 'LEDGER_DAMAGED' });
        else expect(content).toMatchObject({ commits: [], snapshot: null });
      }),
    );
  });
});

/** Begins, commits, rotates, commits, drops: every step that the journal has. */
async function scenario(files: MemoryJournalFiles, acknowledged: number[]): Promise<void> {
  const journal = await Journal.begin(files, await readJournal(files), SNAPSHOT);
  for (let n = 0; n < 2; n++) {
    await journal.append(commit(n));
    acknowledged.push(n + 1);
  }
  const logs = [{ key: new Uint8Array(32).fill(2), head: { ...EMPTY_HEAD, length: 2 } }];
  await journal.rotate({ ...SNAPSHOT, logs });
  await journal.append(commit(2));
  acknowledged.push(3);
  await journal.dropSegmentsBefore(journal.currentSegment);
}

/** Where the last record of a segment says how long it is. */
function lengthFieldOfLastRecord(bytes: Uint8Array): number {
  return Buffer.from(bytes).lastIndexOf('CGR1') + 4;
}
