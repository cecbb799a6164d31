import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Salvaged } from '../../src/ledger/salvage.js';
import { ClientMemory } from '../support/client-memory.js';
import { DamagedStore } from '../support/damaged-store.js';
import { rejection } from '../support/errors.js';
import { FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong } from '../support/suite.js';

let damaged: DamagedStore;
beforeEach(async () => {
  damaged = await DamagedStore.begin();
});
afterEach(() => damaged.end());

describe('an order to restore', () => {
  it('changes nothing where nothing is damaged', async () => {
    await damaged.write(2);
    expect(await damaged.salvage()).toEqual({ evidence: null, madeWhole: [], shortened: [] });
    expect((await readdir(damaged.data)).sort()).toEqual([
      'FORMAT',
      'catalog',
      'journal',
      'logs',
      'state',
      'vault',
    ]);
  });

  it('gives up nothing that it does not name', async () => {
    await damaged.write(3);
    await damaged.damage('hole', 4);
    await damaged.damage('hole', 3, 'audit');
    const { store } = await damaged.open();
    const [kyc = '', audit = ''] = store
      .allLedgers()
      .map(({ reader }) => reader.origin)
      .sort()
      .reverse();
    await store.close();
    expect(await rejection(damaged.salvage({ damaged: [kyc] }))).toMatchObject({
      code: 'LEDGER_DAMAGED',
      message: `also damaged, and not named: ${audit}`,
    });
    expect(await rejection(damaged.salvage({ damaged: ['example.org/none'] }))).toMatchObject({
      code: 'LEDGER_UNKNOWN',
    });
    expect((await readdir(damaged.data)).includes('damaged')).toBe(false);
    await damaged.salvage({ damaged: [kyc, audit] });
    expect((await damaged.standing('kyc')).sizes).toEqual([4, 1]);
    expect((await damaged.standing('audit')).sizes).toEqual([3, 1]);
  });

  it('keeps the damaged parts as they were', async () => {
    await damaged.write(3);
    await damaged.damage('hole', 4);
    await damaged.salvage();
    const kept = join(damaged.root, 'kept');
    for (const part of ['catalog', 'journal', 'logs', 'state'])
      await cp(join(damaged.data, 'damaged', '1', part), join(kept, 'data', part), {
        recursive: true,
      });
    for (const part of ['FORMAT', 'vault'])
      await cp(join(damaged.data, part), join(kept, 'data', part), { recursive: true });
    await cp(join(damaged.root, 'data.keys'), join(kept, 'data.keys'), { recursive: true });
    expect(await fsckFindings(kept)).toEqual([expect.stringMatching(/block 4 cannot be read/)]);
  });

  it('is refused, and leaves everything as it was, where a vault is damaged besides', async () => {
    await damaged.write(3);
    await damaged.damage('hole', 4);
    const [tenant = ''] = await readdir(join(damaged.data, 'vault'));
    const [file = ''] = await readdir(join(damaged.data, 'vault', tenant));
    const path = join(damaged.data, 'vault', tenant, file);
    await rm(path);
    expect(await rejection(damaged.salvage())).toMatchObject({ code: 'KEYS_VAULT_DAMAGED' });
    expect(await readdir(damaged.data)).not.toContain('damaged');
    expect(await readdir(damaged.data)).not.toContain('restore');
  });
});

describe('a store with a flipped byte in the files of its logs', () => {
  it('goes on with what can be read, or says why not and stays as it is', async () => {
    // More than one block of RocksDB's.
    const memory = await damaged.write(10, new ClientMemory(), 'x'.repeat(5000));
    await damaged.save('image');
    const outcomes = new Set<string>();
    for (const number of caseNumbers(8, 200)) {
      const choice = new SeededChoice(`logs ${number}`);
      await damaged.putBack('image');
      await flipSomewhere(join(damaged.data, 'logs', 'db'), choice);
      const result = await damaged.salvage().catch((cause: unknown) => cause);
      if (!isSalvaged(result)) {
        expect(result).toMatchObject({ code: 'LEDGER_DAMAGED' });
        outcomes.add('refused');
        continue;
      }
      const left = { kyc: (await damaged.standing('kyc')).sizes[0] ?? 0, audit: 0 };
      left.audit = (await damaged.standing('audit')).sizes[0] ?? 0;
      outcomes.add(result.evidence === null ? 'good' : 'mended');
      expect(await damaged.broken(memory, left)).toEqual([]);
    }
    expect(outcomes).toContain('mended');
  });
});

async function flipSomewhere(directory: string, choice: SeededChoice): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /\.(?:sst|blob)$/.test(name)).sort();
  const path = join(directory, names[choice.below(names.length)] ?? '');
  const bytes = await readFile(path);
  const at = choice.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << choice.below(8));
  await writeFile(path, bytes);
}

function isSalvaged(result: unknown): result is Salvaged {
  return typeof result === 'object' && result !== null && 'evidence' in result;
}

describe('a restore that a crash cuts short', () => {
  it(
    'leaves the damage as it was, or is finished by the same order',
    async () => {
      const memory = await damaged.write(1);
      await damaged.damage('hole', 2);
      await damaged.save('image');
      const counting = new FaultyFiles();
      await damaged.salvage({ durableFiles: counting });
      const found = new Set<string>();
      for (const [step, name] of counting.steps.entries())
        for (const fault of ['before', 'after'] as const) {
          if (!isLong && !isDecisive(name, fault)) continue;
          await damaged.putBack('image');
          const durableFiles = new FaultyFiles(step, fault);
          await expect(damaged.salvage({ durableFiles })).rejects.toBeInstanceOf(PowerCut);
          const isBegun = (await readdir(damaged.data)).includes('restore');
          found.add(isBegun ? 'begun' : 'not begun');
          // What the node finds if it is started now.
          if (isBegun) expect((await rejection(damaged.open())).message).toMatch(/cut short/);
          const { evidence } = await damaged.salvage();
          expect(evidence).toBe('damaged/1');
          expect(await damaged.broken(memory, { kyc: 2 })).toEqual([]);
          expect((await damaged.standing('kyc')).sizes).toEqual([2, 1]);
          expect((await readdir(damaged.data)).filter((one) => one.startsWith('restore'))).toEqual(
            [],
          );
        }
      expect([...found].sort()).toEqual(['begun', 'not begun']);
    },
    isLong ? 590_000 : 60_000,
  );
});

/** Renames make an exchange; what is synced before them is tried in the long run. */
function isDecisive(step: string, fault: 'before' | 'after'): boolean {
  if (!step.startsWith('rename') || step.includes('/restore.tmp/')) return false;
  return fault === 'after' || step.endsWith('/restore');
}
