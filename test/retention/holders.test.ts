/** What a certificate says of holders once some of them have been heard of. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../../src/access/authorize.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import type { UnixMillis } from '../../src/base/brand.js';
import {
  certificateOf,
  silentHolders,
  type VaultHolder,
  withConfirmed,
} from '../../src/retention/erasure-execution.js';
import { EscrowCopyBook } from '../../src/retention/escrow-copy-book.js';

const holder: fc.Arbitrary<VaultHolder> = fc
  .record({
    kind: fc.constantFrom('backup' as const, 'escrow' as const),
    id: fc.constantFrom('a', 'b', 'c'),
    at: fc.option(fc.integer({ min: 0, max: 9_999 }), { nil: undefined }),
  })
  .map(({ kind, id, at }) => ({
    ...{ kind, id, generation: 1 },
    ...(at !== undefined && { confirmedAt: at as UnixMillis }),
  }));
const holders = fc.uniqueArray(holder, { selector: ({ kind, id }) => `${kind} ${id}` });

const isSilent = ({ confirmedAt }: VaultHolder): boolean => confirmedAt === undefined;
const nameOf = ({ kind, id }: { readonly kind?: unknown; readonly id?: unknown }): string =>
  `${String(kind)} ${String(id)}`;

const EXECUTION = {
  ...{ at: 0 as UnixMillis, generation: 1, part: { n: 1, of: 1 }, rows: [] },
  went: { classes: {}, tags: 0 },
};

it('names as silent who was silent and is still, and nobody else; whoever has confirmed stays so', () => {
  fc.assert(
    fc.property(holders, holders, (before, now) => {
      const completed = { after: 2, completedAt: 1 as UnixMillis, holders: before };
      const certificate = certificateOf([EXECUTION], completed);
      const after = withConfirmed(certificate, now);
      const heard = new Set(now.filter((one) => !isSilent(one)).map(nameOf));
      const expected = before
        .filter(isSilent)
        .map(nameOf)
        .filter((one) => !heard.has(one));
      expect(silentHolders(after).map(nameOf)).toEqual(expected);
      const {
        silent,
        holders: listed = [],
        ...rest
      } = after as typeof after & {
        readonly silent: readonly { kind: string; id?: string }[];
        readonly holders?: readonly object[];
      };
      expect(silent.slice(1).map(nameOf)).toEqual(expected);
      expect(listed.map(nameOf)).toEqual(before.map(nameOf));
      expect(certificate).toMatchObject(rest);
      const kept = (certificate['holders'] ?? []) as readonly { confirmedAt?: string }[];
      for (const one of kept) if (one.confirmedAt !== undefined) expect(listed).toContainEqual(one);
    }),
  );
});

it('takes for holders those who have the key of a generation before, and were not rid of it before', () => {
  const copy = fc.record({
    generation: fc.integer({ min: 1, max: 3 }),
    end: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  });
  const asked = fc.record({
    before: fc.integer({ min: 1, max: 4 }),
    since: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(copy), asked, (copies, { before, since }) => {
      const book = new EscrowCopyBook();
      const by = { author: 'Admin 1', key: '0a1b2c3d4e5f' as Principal['keyId'] };
      for (const [at, { generation, end }] of copies.entries())
        book.put(DEFAULT_TENANT, {
          ...{ number: at + 1, id: String(at), generation, takenAt: 0 as UnixMillis, takenBy: by },
          ...(end !== undefined && { destroyedAt: end as UnixMillis, destroyedBy: by }),
        });
      const found = book.holders(DEFAULT_TENANT, before, since as UnixMillis);
      const expected = copies.flatMap(({ generation, end }, at) =>
        generation >= before || (end !== undefined && end < since)
          ? []
          : [
              {
                ...{ kind: 'escrow', id: String(at), generation },
                ...(end !== undefined && { confirmedAt: end }),
              },
            ],
      );
      expect(found).toEqual(expected);
    }),
  );
});
