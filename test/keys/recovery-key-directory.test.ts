import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recoveryKeyFor } from '../../src/keys/recovery-key-directory.js';
import { holdCeremony, type HeldCeremony } from '../support/ceremony.js';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
let held: HeldCeremony;
beforeEach(async () => {
  root = await temporaryDirectory();
  held = await holdCeremony(root);
});
afterEach(() => removeDirectory(root));

const find = (
  tenant: string,
  mayBeDevelopment = false,
  directory: string | null = held.recoveryKeys,
) => recoveryKeyFor({ directory, mayBeDevelopment }, tenant);
const codeOf = async (finding: Promise<unknown>): Promise<unknown> =>
  (await rejection(finding)).code;

describe('the recovery key of a new tenant', () => {
  it('is its own, or that of all', async () => {
    const other = await holdCeremony(root, { name: 'other' });
    await copyFile(join(other.recoveryKeys, 'recovery.json'), join(held.recoveryKeys, 'bank.json'));
    const [own, all] = [await find('bank'), await find('department')];
    expect(own).toEqual(await find('x', false, other.recoveryKeys));
    expect(all).toHaveLength(32);
    expect(all).not.toEqual(own);
  });

  it('is a development one only where that may be', async () => {
    await rm(join(held.recoveryKeys, 'recovery.json'));
    expect(await find('bank', true)).toBeNull();
    expect(await find('bank', true, null)).toBeNull();
    expect(await codeOf(find('bank'))).toBe('KEYS_RECOVERY_KEY_MISSING');
    expect(await codeOf(find('bank', false, null))).toBe('KEYS_RECOVERY_KEY_MISSING');
  });

  it('is none of a directory with a share, or of a file that is no public part', async () => {
    const file = join(held.recoveryKeys, 'bank.json');
    await copyFile(held.shares[0] ?? '', file);
    expect(await codeOf(find('bank', true))).toBe('KEYS_RECOVERY_KEY_UNUSABLE');
    await writeFile(file, '{}');
    expect(await codeOf(find('bank', true))).toBe('KEYS_RECOVERY_KEY_UNUSABLE');
    await rm(file);
    await copyFile(held.shares[0] ?? '', join(held.recoveryKeys, 'share-1.json'));
    expect(await codeOf(find('department', true))).toBe('KEYS_RECOVERY_KEY_UNUSABLE');
    await mkdir(join(root, 'empty'));
    expect(await codeOf(find('bank', true, join(root, 'missing')))).toBe(
      'KEYS_RECOVERY_KEY_UNUSABLE',
    );
  });
});
