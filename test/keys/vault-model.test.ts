import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { tagsScope } from '../../src/base/secret-scope.js';
import type { IndexPut, Vault } from '../../src/keys/vault.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { rotateVault, rowsFor, secretOf, VaultFixture } from './vault-fixture.js';

const PERSONS = ['a', 'b', 'c', 'd', 'e', 'f'];
const persons = fc.subarray(PERSONS, { minLength: 1 });

type Command =
  | { readonly kind: 'commit'; readonly persons: string[] }
  /** A crash after the journal, `file` of the bytes reached the file, `index` whether the index. */
  | {
      readonly kind: 'crash';
      readonly persons: string[];
      readonly file: number;
      readonly index: boolean;
    }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'rotate'; readonly dropped: string[] };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), persons }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      persons,
      file: fc.double({ min: 0, max: 1, noNaN: true }),
      index: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rotate' as const), dropped: fc.subarray(PERSONS) }),
  },
);

/** Runs commands on a real vault beside what it should hold. */
class Run {
  readonly #fixture: VaultFixture;
  #vault: Vault;
  /** Secrets that the journal has, by person. */
  readonly #expected = new Map<string, string>();

  constructor(fixture: VaultFixture, vault: Vault) {
    this.#fixture = fixture;
    this.#vault = vault;
  }

  async do(step: Command): Promise<void> {
    switch (step.kind) {
      case 'commit':
        await this.#journal(step.persons, async (rows) => {
          this.#fixture.put((await this.#vault.append(rows)).indexPuts);
        });
        return;
      case 'crash':
        return this.#crash(step);
      case 'snapshot':
        return this.#fixture.snapshot(this.#vault);
      case 'reopen':
        return this.#reopen();
      case 'rotate':
        return this.#rotate(step.dropped);
    }
  }

  async check(): Promise<void> {
    for (const person of PERSONS)
      expect([person, await secretOf(this.#vault, person)]).toEqual([
        person,
        this.#expected.get(person) ?? null,
      ]);
  }

  async close(): Promise<void> {
    await this.#vault.close();
  }

  async #journal(names: string[], then: (rows: Uint8Array[]) => Promise<void>): Promise<void> {
    const rows = await rowsFor(this.#vault, ...names);
    this.#fixture.journal.rows.push(...rows);
    for (const name of names)
      this.#expected.set(name, (await secretOf(this.#vault, name)) ?? 'missing');
    await then(rows);
  }

  async #crash({ persons: names, file, index }: Command & { kind: 'crash' }): Promise<void> {
    const path = this.#fixture.path(this.#vault.state().generation);
    const { length: before } = this.#vault.state();
    let puts: readonly IndexPut[] = [];
    await this.#journal(names, async (rows) => {
      ({ indexPuts: puts } = await this.#vault.append(rows));
    });
    if (index) this.#fixture.put(puts);
    await this.#vault.close();
    const written = await readFile(path);
    const reached = before + Math.floor(file * (written.length - before));
    // Half of the time the file is as long as it was to be, with zeros where nothing was written.
    const left = index ? written.fill(0, reached) : written.subarray(0, reached);
    await writeFile(path, left);
    this.#vault = await this.#fixture.open();
  }

  async #reopen(): Promise<void> {
    await this.#vault.close();
    this.#vault = await this.#fixture.open();
  }

  async #rotate(dropped: string[]): Promise<void> {
    await this.#fixture.snapshot(this.#vault);
    await rotateVault(this.#fixture, this.#vault, ({ person }) => !dropped.includes(person));
    for (const person of dropped) this.#expected.delete(person);
    await this.#fixture.snapshot(this.#vault);
  }
}

describe('a vault, whatever happens to it', () => {
  it('has exactly the secrets that the journal has, each under one row for ever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async (commands) => {
        const fixture = new VaultFixture(await temporaryDirectory());
        await fixture.createTenant();
        const run = new Run(fixture, await fixture.open());
        try {
          for (const step of commands) {
            await run.do(step);
            await run.check();
          }
        } finally {
          await run.close();
          await removeDirectory(fixture.root);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has a model that can fail: a row that never reached the journal is found missing', async () => {
    const fixture = new VaultFixture(await temporaryDirectory());
    await fixture.createTenant();
    const vault = await fixture.open();
    const { secret } = await vault.findOrMint(tagsScope('a'));
    await vault.close();
    const again = await fixture.open();
    expect(await secretOf(again, 'a')).not.toBe(toHex(secret));
    await again.close();
    await removeDirectory(fixture.root);
  });
});
