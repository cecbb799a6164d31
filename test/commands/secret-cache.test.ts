import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import { SecretCache } from '../../src/commands/preparation/internal/secret-cache.js';
import type { FindSecrets, FoundSecret } from '../../src/commands/preparation/preparer.js';

/** Answers from a list, and remembers what it was asked. */
function vault(isCommitted: boolean): { asked: SecretScope[]; ask: FindSecrets } {
  const asked: SecretScope[] = [];
  const ask: FindSecrets = (scopes) => {
    asked.push(...scopes);
    return Promise.resolve(scopes.map((): FoundSecret => secretOf(asked.length, isCommitted)));
  };
  return { asked, ask };
}

const secretOf = (n: number, isCommitted: boolean): FoundSecret => ({
  rowId: new Uint8Array(16).fill(n),
  secret: new Uint8Array(32).fill(n),
  isCommitted,
});
const context = (vaultEdition: number, tenant = 't') => ({
  tenant,
  ledger: 'kyc',
  author: 'key:a',
  month: '2026-11',
  idempotencyKey: new Uint8Array(32),
  typeClasses: {},
  isShared: false,
  claims: { author: null, now: 0 as UnixMillis, recordedAt: 0 as UnixMillis },
  vaultEdition,
});
const anna = [tagsScope('anna')];

describe('a worker’s memory of secrets', () => {
  it('asks once for what a commit has carried', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(true);
    const first = await cache.finder(context(1), ask)(anna);
    expect(await cache.finder(context(1), ask)(anna)).toEqual(first);
    expect(asked).toHaveLength(1);
  });

  it('asks each time for what may still be forgotten', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(false);
    await cache.finder(context(1), ask)(anna);
    await cache.finder(context(1), ask)(anna);
    expect(asked).toHaveLength(2);
  });

  it('asks only for what it lacks, and answers in the order of the question', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(true);
    const [known] = await cache.finder(context(1), ask)(anna);
    const found = await cache.finder(context(1), ask)([tagsScope('bo'), ...anna, tagsScope('cy')]);
    expect(asked).toEqual([...anna, tagsScope('bo'), tagsScope('cy')]);
    expect(found[1]).toBe(known);
  });

  it('keeps tenants apart', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(true);
    await cache.finder(context(1, 'one'), ask)(anna);
    await cache.finder(context(1, 'two'), ask)(anna);
    expect(asked).toHaveLength(2);
  });

  it('forgets everything when a vault has another generation', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(true);
    await cache.finder(context(1), ask)(anna);
    await cache.finder(context(2), ask)(anna);
    expect(asked).toHaveLength(2);
  });

  it('does not keep an answer of an older generation', async () => {
    const cache = new SecretCache();
    const { asked, ask } = vault(true);
    let answer: () => void = () => undefined;
    const slow: FindSecrets = async (scopes) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return ask(scopes);
    };
    const old = cache.finder(context(1), slow)(anna);
    cache.finder(context(2), ask);
    answer();
    await old;
    await cache.finder(context(2), ask)(anna);
    expect(asked).toHaveLength(2);
  });

  it('passes on that the vault takes no more', async () => {
    const cache = new SecretCache();
    const none: FindSecrets = (scopes) => Promise.resolve(scopes.map(() => null));
    expect(await cache.finder(context(1), none)(anna)).toEqual([null]);
  });
});
