import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeyId } from '../../src/access/key-text.js';
import type { UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import {
  covers,
  type FolderGrant,
  folderGrantsPayload,
  parseFolderGrants,
  rolesOfGrants,
} from '../../src/files/folder-grant.js';

const KEY = '0123456789ab' as KeyId;
const millis = (value: number): UnixMillis => value as UnixMillis;

function grantOf(more: Partial<FolderGrant> = {}): FolderGrant {
  return {
    ...{ id: 'aabbccddeeff', to: { key: KEY }, prefix: 'a/', right: 'read' },
    ...{ madeAt: millis(1_000), madeBy: 'key:x' },
    ...more,
  };
}

describe('grants for folders', () => {
  it('are what was written', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            to: fc.constantFrom({ key: KEY }, { identity: 'Anna Ü' }),
            prefix: fc.constantFrom('', 'a/', 'a/b', 'ü/\u{1f4be}/'),
            right: fc.constantFrom('read' as const, 'write' as const),
            expiresAt: fc.option(fc.integer({ min: 0, max: 4e12 }).map(millis), { nil: undefined }),
          }),
          { maxLength: 5 },
        ),
        (rows) => {
          const grants = rows.map(({ expiresAt, ...row }) =>
            grantOf({ ...row, ...(expiresAt !== undefined && { expiresAt }) }),
          );
          expect(parseFolderGrants(folderGrantsPayload(grants))).toEqual(grants);
        },
      ),
    );
  });

  it('of another form, or with a path that is none, are damage', () => {
    const payload = folderGrantsPayload([grantOf()]);
    const [row] = payload['grants'] as readonly JsonObject[];
    for (const wrong of [
      { ...row, prefix: 'a/../b' },
      { ...row, right: 'own' },
      { ...row, more: 1 },
      { ...row, to: { key: KEY, identity: 'x' } },
    ])
      expect(() => parseFolderGrants({ ...payload, grants: [wrong] })).toThrow(
        expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
      );
    expect(() => parseFolderGrants({ ...payload, $v: 2 })).toThrow(
      expect.objectContaining({ code: 'FILES_FORMAT_NEWER' }),
    );
  });

  it('are for a folder and what is below it, for a file, or for all', () => {
    expect(['', 'a/', 'a/b', 'b'].map((prefix) => covers(prefix, 'a/b'))).toEqual([
      ...[true, true, true, false],
    ]);
    // A folder is no beginning of a name, and a file is none of another.
    expect([covers('a/', 'ab'), covers('a/', 'a'), covers('a/b', 'a/bc')]).toEqual([
      ...[false, false, false],
    ]);
  });

  it('hold for whom they name, until they end', () => {
    const of = (grant: FolderGrant, keyId: string, now: number): readonly string[] =>
      rolesOfGrants([grant], { keyId: keyId as KeyId }, 'a/b', millis(now));
    expect(of(grantOf(), KEY, 5)).toEqual(['reader']);
    expect(of(grantOf({ right: 'write' }), KEY, 5)).toEqual(['writer']);
    expect(of(grantOf(), 'ffffffffffff', 5)).toEqual([]);
    const ending = grantOf({ expiresAt: millis(10) });
    expect([of(ending, KEY, 9), of(ending, KEY, 10)]).toEqual([['reader'], []]);
    // A key vouches for no name.
    expect(of(grantOf({ to: { identity: 'x' } }), KEY, 5)).toEqual([]);
  });
});
