/** Epochs of a real store, against maps that are made from scratch. */
import { cp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnchorStore } from '../../src/anchoring/anchor-store.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { historyProblems } from '../../src/anchoring/check-history.js';
import { parseTaken } from '../../src/anchoring/epoch-changes.js';
import { EpochHistory } from '../../src/anchoring/epoch-history.js';
import { EpochIndex } from '../../src/anchoring/epoch-index.js';
import { type EpochSource, makeEpochs } from '../../src/anchoring/epoch-log.js';
import { keyOf, tenantSalt } from '../../src/anchoring/epoch-maps.js';
import { EpochState } from '../../src/anchoring/epoch-state.js';
import { chainNamedIn, type NamedSuccession } from '../../src/anchoring/named-chain.js';
import { lastEpoch, readEpochAt } from '../../src/anchoring/read-epoch.js';
import type { LeafIndex } from '../../src/base/brand.js';
import { sha256Digest, toHex, u64be } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { digestFromHex } from '../../src/base/hex-digest.js';
import { RandomPool } from '../../src/base/random.js';
import { headValueOf, tenantValueOf } from '../../src/evidence/epoch-map.js';
import { originHash } from '../../src/evidence/head-statement.js';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { formatStatement } from '../../src/records/statement.js';
import {
  decodeMapProof,
  verifyAbsence,
  verifyMembership,
} from '../../src/tlog/sparse-map-proof.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { OTHER_SIGNER, SCRIPT } from './fixture.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** A secret of each tenant, from its handle alone. */
const indexKeyOf = (tenant: string): Uint8Array => sha256(Buffer.from(tenant));

interface TestEpochs {
  readonly store: TestStore;
  readonly source: EpochSource;
  readonly ledgers: readonly Ledger[];
  /** A tenant that has nothing in any epoch yet. */
  add(tenant: string, name: string): Promise<Ledger>;
  close(): Promise<void>;
}

async function openEpochs(): Promise<TestEpochs> {
  const store = await openTestStore(root);
  const tenantOf = async (name: string) =>
    store.store.tenantNamed(name) ?? (await store.store.createTenant(name, 'test.example'));
  const add = async (tenant: string, name: string): Promise<Ledger> => {
    const { handle } = await tenantOf(tenant);
    const known = store.store.ledgersOf(handle).find(({ identity }) => identity.name === name);
    return known ?? store.store.createLedger(await tenantOf(tenant), name);
  };
  const epochs = await add('_node', 'epochs');
  const history = await EpochHistory.open({
    epochs: epochs.reader,
    headsDirectory: join(root, 'data', 'epochs'),
    indexDirectory: join(root, 'data', 'epoch-index'),
    indexKeyOf,
  });
  const others = (): Ledger[] =>
    store.store.allLedgers().filter(({ identity }) => identity.name !== 'epochs');
  return {
    store,
    source: {
      ledgers: others,
      epochs,
      history,
      random: new RandomPool(),
      anchorScript: () => SCRIPT,
    },
    get ledgers() {
      return others();
    },
    add,
    close: async () => {
      await history.close();
      await store.store.close();
    },
  };
}

/** The same but for some of its members. */
function unlike<T extends object>(original: T, members: PropertyDescriptorMap): T {
  return Object.create(original, members) as T;
}

/** Another entry of a ledger: what it says does not matter here. */
async function grow(ledger: Ledger, count = 1): Promise<void> {
  const draft = plainDraft((place) =>
    formatStatement({
      kind: 'map',
      ...place,
      persons: 0,
      root: toHex(sha256(u64be(0))) as never,
      size: 0,
    }),
  );
  await ledger.append(Array.from({ length: count }, () => draft));
}

interface SeenHead {
  readonly tenant: string;
  readonly log: string;
  readonly size: number;
}

function headsNow({ ledgers }: TestEpochs): SeenHead[] {
  return ledgers
    .map(({ identity, reader }) => ({
      tenant: identity.tenant,
      log: reader.handle,
      size: reader.head.size,
    }))
    .toSorted((a, b) => (a.log < b.log ? -1 : 1));
}

/** That an epoch has these heads, and of nobody else any: by what a stranger would check. */
async function expectHeads(
  { source, ledgers }: TestEpochs,
  epoch: number,
  heads: readonly SeenHead[],
): Promise<void> {
  const { statement } = await source.epochs.reader.entry(epoch as LeafIndex);
  const said = parseStatement(statement);
  if (said.kind !== 'epoch') throw new Error('not an epoch');
  const tenants = sha256Digest(digestFromHex(said.tenants));
  for (const { identity, reader } of ledgers) {
    const path = await source.history.path(epoch as LeafIndex, identity.tenant, reader.handle);
    const isTenantIn = verifyMembership(
      tenants,
      keyOf(identity.tenant),
      tenantValueOf({
        root: path.tenantRoot,
        ...(path.tenantSalt !== null && { salt: path.tenantSalt }),
      }),
      decodeMapProof(path.tenantProof),
    );
    const wanted = heads.find(({ log }) => log === reader.handle);
    expect(isTenantIn).toBe(heads.some(({ tenant }) => tenant === identity.tenant));
    const logProof = decodeMapProof(path.logProof);
    if (wanted === undefined) {
      expect(path.taken).toBeNull();
      expect(verifyAbsence(path.tenantRoot, keyOf(reader.handle), logProof)).toBe(true);
      continue;
    }
    if (path.taken === null) throw new Error('the log is not in the epoch');
    const { salt, statement: taken } = path.taken;
    const value = headValueOf(salt, taken);
    expect(verifyMembership(path.tenantRoot, keyOf(reader.handle), value, logProof)).toBe(true);
    expect(parseTaken(taken)).toMatchObject({ kind: 'head', size: wanted.size });
  }
}

async function problems({ source, ledgers }: TestEpochs): Promise<string[]> {
  const found: string[] = [];
  const history = {
    ...source.history.log,
    anchors: await AnchorStore.open(join(root, 'anchors'), true),
    indexKeyOf,
    logs: new Map(ledgers.map(({ reader }) => [reader.handle, { reader, isClosed: false }])),
    ownChain: null,
  };
  for await (const problem of historyProblems(history)) found.push(problem);
  return found;
}

describe('epochs', () => {
  it('have each head as it was, at every epoch, however often the node is opened again', async () => {
    const seen: (readonly [epoch: number, heads: SeenHead[]])[] = [];
    const choice = new SeededChoice('epochs');
    let opened = await openEpochs();
    for (let step = 0; step < 24; step++) {
      if (choice.below(4) === 0) await opened.add(`tenant${choice.below(3)}`, `ledger${step}`);
      for (const ledger of opened.ledgers)
        if (choice.below(3) === 0) await grow(ledger, 1 + choice.below(3));
      const before = lastEpoch(opened.source.epochs.reader);
      const epoch = await makeEpochs(opened.source);
      if (epoch === null) expect(headsNow(opened)).toEqual(seen.at(-1)?.[1] ?? []);
      else {
        expect(epoch).toBe((before ?? 0) + 1);
        seen.push([epoch, headsNow(opened)]);
      }
      if (choice.below(4) === 0) {
        await opened.close();
        if (choice.below(2) === 0)
          await rm(join(root, 'data', 'epoch-index'), { recursive: true, force: true });
        opened = await openEpochs();
      }
    }
    expect(seen.length).toBeGreaterThan(10);
    for (const [epoch, heads] of seen) await expectHeads(opened, epoch, heads);
    expect(await problems(opened)).toEqual([]);
    await opened.close();
  });

  it('are not made while nothing moves', async () => {
    const opened = await openEpochs();
    await opened.add('bank', 'kyc');
    expect(await makeEpochs(opened.source)).toBe(1);
    expect(await makeEpochs(opened.source)).toBeNull();
    await opened.close();
    const again = await openEpochs();
    expect(await makeEpochs(again.source)).toBeNull();
    await again.close();
  });

  it('hold what changed alone, and tell no tenant of another’s number or activity', async () => {
    const opened = await openEpochs();
    const [mine, other] = [await opened.add('bank', 'kyc'), await opened.add('shop', 'orders')];
    await makeEpochs(opened.source);
    await grow(mine);
    await makeEpochs(opened.source);
    const { changes, statement } = await readEpochAt(opened.source.history.log, 2 as LeafIndex);
    expect(changes.map(({ log }) => log)).toEqual([mine.reader.handle]);
    expect(Object.keys(statement)).not.toContain('heads');
    // The other did nothing between the two, and still its place in the map of tenants is another.
    const path = (epoch: number) =>
      opened.source.history.path(epoch as LeafIndex, mine.identity.tenant, mine.reader.handle);
    const siblings = async (epoch: number) =>
      decodeMapProof((await path(epoch)).tenantProof)
        .siblings.map(toHex)
        .filter((hash) => !/^0+$/.test(hash));
    expect((await siblings(1)).length).toBeGreaterThan(0);
    for (const hash of await siblings(2)) expect(await siblings(1)).not.toContain(hash);
    expect(tenantSalt(1, indexKeyOf(other.identity.tenant))).not.toEqual(
      tenantSalt(2, indexKeyOf(other.identity.tenant)),
    );
    await opened.close();
  });

  it('are in the index again after a crash between the log and the index', async () => {
    const opened = await openEpochs();
    const ledger = await opened.add('bank', 'kyc');
    await makeEpochs(opened.source);
    await grow(ledger);
    const { history } = opened.source;
    const crashes: EpochSource = {
      ...opened.source,
      history: new Proxy(history, {
        get: (target, name) => {
          if (name === 'goOn')
            return (...[epoch, changes, append]: Parameters<EpochHistory['goOn']>) =>
              target.goOn(epoch, changes, async (applied) => {
                await append(applied);
                throw new Error('crash');
              });
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      }),
    };
    await expect(makeEpochs(crashes)).rejects.toThrow('crash');
    expect(lastEpoch(opened.source.epochs.reader)).toBe(2);
    const heads = headsNow(opened);
    // The same process goes on, and one that is opened later does too.
    expect(await makeEpochs(opened.source)).toBeNull();
    await expectHeads(opened, 2, heads);
    await grow(ledger);
    expect(await makeEpochs(opened.source)).toBe(3);
    await opened.close();
    const again = await openEpochs();
    await expectHeads(again, 2, heads);
    await again.close();
  });

  it('go on where appending failed, with nothing of it in the maps', async () => {
    const opened = await openEpochs();
    const ledger = await opened.add('bank', 'kyc');
    await makeEpochs(opened.source);
    await grow(ledger);
    const fails: EpochSource = {
      ...opened.source,
      epochs: Object.create(opened.source.epochs, {
        append: { value: () => Promise.reject(new Error('disk full')) },
        reader: { value: opened.source.epochs.reader },
      }) as Ledger,
    };
    await expect(makeEpochs(fails)).rejects.toThrow('disk full');
    expect(await makeEpochs(opened.source)).toBe(2);
    await expectHeads(opened, 2, headsNow(opened));
    expect(await problems(opened)).toEqual([]);
    await opened.close();
  });

  it('keep the head of a log that does not extend it, name it, and take the others', async () => {
    const opened = await openEpochs();
    const [bad, good] = [await opened.add('bank', 'kyc'), await opened.add('bank', 'deals')];
    await grow(bad, 2);
    await makeEpochs(opened.source);
    const before = headsNow(opened);
    await grow(bad);
    await grow(good);
    const rewritten = unlike(bad, {
      reader: {
        value: unlike(bad.reader, {
          head: { value: bad.reader.head },
          handle: { value: bad.reader.handle },
          origin: { value: bad.reader.origin },
          discoveryKey: { value: bad.reader.discoveryKey },
          rootAt: { value: () => Promise.resolve(sha256(Buffer.from('another past'))) },
        }),
      },
      identity: { value: bad.identity },
      logs: { value: bad.logs },
    });
    const ledgers = (): Ledger[] => [rewritten, good];
    expect(await makeEpochs({ ...opened.source, ledgers })).toBe(2);
    expect(opened.source.history.inconsistent).toEqual([bad.reader.origin]);
    const now = headsNow(opened);
    const heads = now.map((one) =>
      one.log === bad.reader.handle ? (before.find(({ log }) => log === one.log) ?? one) : one,
    );
    await expectHeads(opened, 2, heads);
    // Once it extends it again, it is taken.
    expect(await makeEpochs(opened.source)).toBe(3);
    expect(opened.source.history.inconsistent).toEqual([]);
    await opened.close();
  });

  it('notice a log that has another root at the size that was taken', async () => {
    const opened = await openEpochs();
    const ledger = await opened.add('bank', 'kyc');
    await makeEpochs(opened.source);
    const { reader } = ledger;
    const rootHash = sha256(Buffer.from('another past'));
    const rewritten = unlike(ledger, {
      reader: {
        value: unlike(reader, {
          head: { value: { ...reader.head, rootHash } },
          handle: { value: reader.handle },
          origin: { value: reader.origin },
          discoveryKey: { value: reader.discoveryKey },
          rootAt: { value: () => Promise.resolve(rootHash) },
        }),
      },
      identity: { value: ledger.identity },
      logs: { value: ledger.logs },
    });
    expect(await makeEpochs({ ...opened.source, ledgers: () => [rewritten] })).toBeNull();
    expect(opened.source.history.inconsistent).toEqual([reader.origin]);
    await opened.close();
  });

  it('have all that moved, wherever among many ledgers others have their turn', async () => {
    const opened = await openEpochs();
    for (let at = 0; at < 5; at++) await opened.add('bank', `ledger${at}`);
    await makeEpochs({ ...opened.source, lookedAtOnce: 2 });
    for (const ledger of opened.ledgers.slice(3)) await grow(ledger);
    expect(await makeEpochs({ ...opened.source, lookedAtOnce: 1 })).toBe(2);
    await expectHeads(opened, 2, headsNow(opened));
    await opened.close();
  });

  it('are not read, and no index is made again, once they are closed', async () => {
    const opened = await openEpochs();
    const ledger = await opened.add('bank', 'kyc');
    await makeEpochs(opened.source);
    const { history } = opened.source;
    await opened.close();
    const index = join(root, 'data', 'epoch-index');
    await rm(index, { recursive: true });
    await expect(history.takenAt(ledger.reader.handle, 1)).rejects.toThrow();
    await expect(stat(index)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are several where more has changed than one may hold', async () => {
    const opened = await openEpochs();
    for (let at = 0; at < 7; at++) await opened.add(`tenant${at % 2}`, `ledger${at}`);
    expect(await makeEpochs({ ...opened.source, maxChanges: 3 })).toBe(3);
    expect(await makeEpochs(opened.source)).toBeNull();
    await expectHeads(opened, 3, headsNow(opened));
    expect(await problems(opened)).toEqual([]);
    await opened.close();
  });

  it('say of a log that ended what goes on for it, and keep to that', async () => {
    const opened = await openEpochs();
    const [ended, next] = [await opened.add('bank', 'kyc'), await opened.add('bank', 'kyc-2')];
    const goesOn = Object.create(next, {
      identity: { value: next.identity },
      reader: { value: next.reader },
      logs: { value: [ended.reader, next.reader] },
    }) as Ledger;
    const path = (epoch: LeafIndex) =>
      opened.source.history.path(epoch, ended.identity.tenant, ended.reader.handle);
    await makeEpochs({ ...opened.source, ledgers: () => [ended] });
    await makeEpochs({ ...opened.source, ledgers: () => [goesOn] });
    const { taken } = await path(2 as LeafIndex);
    expect(parseTaken(taken?.statement ?? new Uint8Array())).toEqual({
      kind: 'closing',
      originHash: originHash(ended.reader.origin),
      reason: 'lost',
      successor: originHash(next.reader.origin),
    });
    expect(await makeEpochs({ ...opened.source, ledgers: () => [goesOn] })).toBeNull();
    // Nothing is taken of it any more, though its last head stays known.
    expect(opened.source.history.taken(ended.reader.handle)).toMatchObject({
      size: 1,
      hasEnded: true,
    });
    await makeEpochs({ ...opened.source, ledgers: () => [ended] });
    expect(opened.source.history.inconsistent).toEqual([]);
    await grow(ended);
    await makeEpochs({ ...opened.source, ledgers: () => [ended] });
    expect(opened.source.history.inconsistent).toEqual([ended.reader.origin]);
    await opened.close();
  });

  it('make the index again when it is another’s, older, or no index at all', async () => {
    const opened = await openEpochs();
    await opened.add('bank', 'kyc');
    await makeEpochs(opened.source);
    await opened.close();
    const index = join(root, 'data', 'epoch-index');
    const older = join(root, 'older');
    await cp(index, older, { recursive: true });
    const next = await openEpochs();
    await grow(await next.add('bank', 'kyc'));
    await makeEpochs(next.source);
    const heads = headsNow(next);
    await next.close();
    const DAMAGES = [
      () => cp(older, index, { recursive: true }),
      () => writeFile(join(index, 'CURRENT'), 'nothing\n'),
      () => rm(index, { recursive: true }),
    ];
    for (const damage of DAMAGES) {
      if (damage === DAMAGES[0]) await rm(index, { recursive: true });
      await damage();
      const again = await openEpochs();
      await expectHeads(again, 2, heads);
      expect(await makeEpochs(again.source)).toBeNull();
      await again.close();
    }
    // Of an epoch log that made other epochs of other salts.
    const state = new EpochState(() => sha256(Buffer.from('another node')));
    const store = await openEpochs();
    const { changes } = await readEpochAt(store.source.history.log, 2 as LeafIndex);
    await store.close();
    const foreign = await EpochIndex.open(index);
    await foreign.add(state.apply(2, 2, changes), changes);
    await foreign.close();
    const last = await openEpochs();
    // Before anything is asked of the index: what is made next must rest on the log alone.
    await grow(await last.add('bank', 'deals'));
    expect(await makeEpochs(last.source)).toBe(3);
    expect(await problems(last)).toEqual([]);
    await expectHeads(last, 2, heads);
    await last.close();
  });
});

describe('epochs of a log whose chain of anchors is succeeded', () => {
  const next = chainScript(OTHER_SIGNER.publicKey);
  const succession: NamedSuccession = {
    script: next,
    statement: {
      cause: 'lost-wallet',
      ended: { script: toHex(SCRIPT) },
      first: `${'ab'.repeat(32)}:1`,
      value: 50_000,
    },
  };

  it('name the old chain up to the one that says so, and from there on the new one', async () => {
    const opened = await openEpochs();
    const { source } = opened;
    const named = chainNamedIn(source.epochs.reader);
    expect(await named.script()).toBeNull();
    const ledgers = [await opened.add('bank', 'a'), await opened.add('bank', 'b')];
    await makeEpochs(source);
    expect(await named.script()).toEqual(SCRIPT);
    expect(await named.succession()).toBeNull();
    // Whether a log has moved or not; and all at once, where more has moved than one epoch takes.
    expect(await makeEpochs(source, succession)).toBe(2);
    for (const ledger of ledgers) await grow(ledger);
    await makeEpochs({ ...source, maxChanges: 1, anchorScript: () => next });
    expect(await named.script()).toEqual(next);
    expect(await named.succession()).toEqual(succession);
    expect(await chainsIn(source)).toEqual([
      [toHex(SCRIPT), undefined],
      [toHex(next), succession.statement],
      [toHex(next), undefined],
      [toHex(next), undefined],
    ]);
    await expectHeads(
      opened,
      2,
      headsNow(opened).map((head) => ({ ...head, size: 1 })),
    );
    expect(await problemsOf(opened)).toEqual([]);
    await opened.close();
  });

  it('name the new one in all that are made at once', async () => {
    const opened = await openEpochs();
    for (const name of ['a', 'b', 'c']) await opened.add('bank', name);
    await makeEpochs({ ...opened.source, maxChanges: 1 }, succession);
    expect(await chainsIn(opened.source)).toEqual([
      [toHex(next), succession.statement],
      [toHex(next), undefined],
      [toHex(next), undefined],
    ]);
    await opened.close();
  });

  it('are found out when they name another chain without one', async () => {
    const opened = await openEpochs();
    const ledger = await opened.add('bank', 'a');
    await makeEpochs(opened.source);
    await grow(ledger);
    await makeEpochs({ ...opened.source, anchorScript: () => next });
    expect(await chainNamedIn(opened.source.epochs.reader).succession()).toBeNull();
    expect(await problemsOf(opened)).toEqual([
      'epoch 2 names another chain of anchors without a succession',
    ]);
    await opened.close();
  });

  async function chainsIn({ epochs: { reader } }: EpochSource): Promise<unknown[]> {
    const chains: unknown[] = [];
    for (let epoch = 1; epoch < reader.head.size; epoch++) {
      const said = parseStatement((await reader.entry(epoch as LeafIndex)).statement);
      if (said.kind === 'epoch') chains.push([said.anchorScript, said.succession]);
    }
    return chains;
  }

  async function problemsOf({ source, store }: TestEpochs): Promise<string[]> {
    const { reader } = source.epochs;
    const logs = store.store.allLedgers().map((one) => one.reader);
    const problems: string[] = [];
    for await (const problem of historyProblems({
      ...source.history.log,
      anchors: await AnchorStore.open(join(root, 'anchors'), true),
      logs: new Map(logs.map((log) => [log.handle, { reader: log, isClosed: false }])),
      ownChain: null,
      indexKeyOf,
    }))
      problems.push(problem);
    expect(reader.head.size).toBeGreaterThan(1);
    return problems;
  }
});
