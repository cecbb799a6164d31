/**
 * The short life of a shared ledger in the stores of two members, in which everything durable happens once at each: founded,
 * adopted, written, taken over and taken back. One of the two is the subject, whose durable steps may fail; the group's log
 * lies below both (`GroupTail`), and after a crash the life goes on from what of it is there.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { LogKeys as OwnLogKeys, NoteKey } from '../../src/keys/key-store.js';
import type { EntryDraft, Outcome } from '../../src/ledger/entry-draft.js';
import type { LedgerStoreOptions } from '../../src/ledger/ledger-store.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { SharedLog } from '../../src/ledger/shared-log.js';
import type { NodeId } from '../../src/replication/protocol/term.js';
import { carryUp } from '../../src/replication/shared/carry-up.js';
import { electedKeys, ownBlock } from '../../src/replication/shared/own-block.js';
import { groupStatement } from '../../src/replication/shared/set-group.js';
import { electedKeysName, termKeys } from '../../src/replication/shared/term-keys.js';
import { signVote, type WriterTerm } from '../../src/tlog/election.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { ask, ClientMemory, type Wish } from '../support/client-memory.js';
import type { FaultPlan } from '../support/fault-plan.js';
import { GroupTail, nodeIdOf } from '../support/group-tail.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

export const TENANT = 'bank';
export const LEDGER = 'kyc';
export const SUBJECTS = ['founder', 'other'] as const;
export type Subject = (typeof SUBJECTS)[number];

type Stores = Partial<LedgerStoreOptions>;

export class Member {
  readonly root: string;
  #opened: TestStore | null = null;

  constructor(root: string) {
    this.root = root;
  }

  async open(plan: FaultPlan | null = null): Promise<void> {
    const dataDirectory = join(this.root, 'data');
    await mkdir(dataDirectory, { recursive: true });
    const options: Stores = plan === null ? {} : await faulty(this.root, plan);
    this.#opened = await openTestStore(this.root, { segmentBytes: 6_000, ...options });
  }

  get opened(): TestStore {
    if (this.#opened === null) throw new Error('a member that is closed');
    return this.#opened;
  }

  get ledger(): Ledger {
    const { store } = this.opened;
    return store.ledger(store.tenantNamed(TENANT)?.handle ?? '', LEDGER);
  }

  get shared(): SharedLog {
    return this.opened.store.sharedLog(this.ledger.identity.handle);
  }

  async receipt(): Promise<NoteKey> {
    return (await this.opened.keyStore.beginReplicationKeys()).receipt;
  }

  async id(): Promise<NodeId> {
    return nodeIdOf((await this.receipt()).publicKey) as string as NodeId;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.store.close();
  }
}

/** Both members before anything is shared: one has the ledger, and the other nothing but its keys. */
export async function prepare(root: string): Promise<void> {
  const [founder, other] = membersOf(root);
  await founder.open();
  const { store } = founder.opened;
  const tenant = await store.createTenant(TENANT, 'a.example');
  await store.createLedger(tenant, LEDGER);
  await ask(founder.opened, TENANT, new ClientMemory(), [wish('before', 'before')]);
  await founder.id();
  await founder.close();
  await other.open();
  await other.id();
  await other.close();
}

export function membersOf(root: string): readonly [founder: Member, other: Member] {
  return [new Member(join(root, 'founder')), new Member(join(root, 'other'))];
}

export class SharedLife {
  readonly #founder: Member;
  readonly #other: Member;
  readonly memory: ClientMemory;
  tail: GroupTail | null = null;
  #asked = 0;

  constructor(founder: Member, other: Member, memory = new ClientMemory()) {
    this.#founder = founder;
    this.#other = other;
    this.memory = memory;
  }

  /** The same life, after both were opened again. */
  onto(founder: Member, other: Member): SharedLife {
    const life = new SharedLife(founder, other, this.memory);
    life.tail = this.tail;
    life.#asked = this.#asked;
    return life;
  }

  /** All of it, or what of it a crash has left undone. */
  async live(): Promise<void> {
    await this.#share();
    await this.#adopt();
    await this.#written(this.#founder, 'first', 4);
    await this.#written(this.#founder, 'second', 5);
    await this.#begun(this.#other, 2, 6);
    await this.#written(this.#other, 'third', 7);
    await this.#begun(this.#founder, 3, 8);
    await this.#written(this.#founder, 'fourth', 9);
    await this.settle();
  }

  /** Everything is at both. */
  async settle(): Promise<void> {
    for (const member of [this.#founder, this.#other]) await this.carry(member);
  }

  async carry(member: Member): Promise<void> {
    await this.#secure(member);
    await this.#carryUp(member, () => Promise.resolve(false));
  }

  /** What clients ask for again with the same key adds nothing. */
  writesAt(member: Member): void {
    member.shared.setWriter((drafts) => this.#write(member, drafts));
  }

  get whole(): GroupTail {
    if (this.tail === null) throw new Error('nothing is shared yet');
    return this.tail;
  }

  async #share(): Promise<void> {
    const { keyStore, store } = this.#founder.opened;
    const { identity, reader } = this.#founder.ledger;
    await store.share(identity.handle);
    await store.applied();
    const { shared } = this.#founder;
    const term = { node: nodeIdOf((await this.#founder.receipt()).publicKey), number: 1 };
    const tail = (this.tail ??= new GroupTail(shared, reader.keys, term));
    if (tail.length === 0) {
      for (let number = 0; number < reader.head.length; number++) {
        const block = await reader.blocks.read(number);
        tail.blocks.push(block);
        tail.secrets.push(await shared.secrets.ofBlock(block, number));
      }
      tail.notes.set(tail.length, reader.checkpoint() ?? '');
    }
    if (tail.length === FOUNDED) {
      const members = [await this.#founder.id(), await this.#other.id()].map((node) => ({
        ...{ node, site: node.slice(0, 4), country: null, hasData: true, mayWrite: true },
      }));
      const wish = { members, writeQuorum: 2, voteQuorum: 1, sites: 1, countries: null };
      const own = await keyStore.logKeys(shared.keysName ?? '');
      await this.#pushOwn(own, tail.keys, (place) =>
        groupStatement(wish, { node: term.node as string as NodeId, number: 1 }, place),
      );
    }
    await this.carry(this.#founder);
  }

  async #adopt(): Promise<void> {
    const [from, to] = [this.#founder.opened, this.#other.opened];
    const tenant = from.store.tenantNamed(TENANT);
    if (tenant === undefined) throw new Error('the founder has a tenant');
    const { handle, name, recoveryKey } = tenant;
    const { publicKey } = parseVerifierKey(recoveryKey);
    const root = await from.keyStore.tenantRoot(handle);
    await to.keyStore.adoptTenant(handle, root, publicKey);
    await to.store.adoptTenant({ handle, name, recoveryKey, logName: 'b.example' });
    const { identity } = from.store.ledger(handle, LEDGER);
    const { keys } = this.whole;
    await to.store.adoptLedger({ ...identity, keys, origin: this.#founder.shared.origin });
    await this.carry(this.#other);
  }

  /** A block of records, up to the number of blocks that there are then. */
  async #written(member: Member, round: string, length: number): Promise<void> {
    await this.carry(member);
    this.writesAt(member);
    if (this.whole.length < length)
      await ask(member.opened, TENANT, this.memory, [
        wish(round, `${round}-0`),
        wish(round, `${round}-${++this.#asked}`, null),
      ]);
    member.shared.setWriter(null);
    await this.settle();
  }

  /** Elected in a term, on the very end of the log, by both. */
  async #begun(member: Member, number: number, length: number): Promise<void> {
    await this.carry(member);
    const tail = this.whole;
    if (tail.length < length) {
      const { keyStore } = member.opened;
      const receipt = await member.receipt();
      const term: WriterTerm = { node: nodeIdOf(receipt.publicKey), number };
      const asTerm = { node: term.node as string as NodeId, number };
      const { origin } = member.shared;
      const had = { length: tail.length, lastTerm: tail.term };
      const votes = [];
      for (const voter of [this.#founder, this.#other]) {
        const { publicKey, sign } = await voter.receipt();
        votes.push(signVote(origin, term, nodeIdOf(publicKey), had, sign));
      }
      const own = await termKeys(keyStore, origin, asTerm);
      const begun = electedKeys(origin, tail.place(), own, asTerm, votes, receipt);
      await this.#pushOwn(own, begun.keys, begun.statementAt);
      [tail.keys, tail.term] = [begun.keys, term];
    }
    await this.settle();
  }

  async #write(member: Member, drafts: readonly EntryDraft[]): Promise<readonly Outcome[]> {
    const { staged, outcomes } = await member.shared.stage(drafts);
    if (staged === null) return outcomes;
    // The group has it, and shows it: what becomes of it here is for the crash to say.
    const number = staged.head.length - 1;
    this.whole.push(
      staged.block,
      staged.note,
      await member.shared.secrets.ofBlock(staged.block, number),
    );
    const told: (readonly Outcome[])[] = [];
    await this.#carryUp(member, async (length) => {
      if (length !== staged.head.length) return false;
      told.push(await member.shared.commit(staged));
      return true;
    });
    const [done] = told;
    if (done === undefined) throw new Error('what was staged was not carried up');
    return done;
  }

  async #secure(member: Member): Promise<void> {
    const { shared } = member;
    const secrets = this.whole.secrets.slice(shared.head.length).flat();
    await shared.secrets.adopt(secrets);
  }

  async #carryUp(member: Member, commitOwn: (length: number) => Promise<boolean>): Promise<void> {
    const { shared } = member;
    const self = await member.id();
    const { tail } = this.whole;
    await carryUp({
      ...{ store: shared, tail, shown: () => this.whole.length, commitOwn },
      keysName: (keys) => electedKeysName(shared.origin, keys, self),
    });
  }

  async #pushOwn(
    own: OwnLogKeys,
    keys: Parameters<typeof ownBlock>[1],
    statementAt: Parameters<typeof ownBlock>[3],
  ): Promise<void> {
    const tail = this.whole;
    const { opened, shared } = this.#founder;
    const { block, note } = await ownBlock(
      {
        ...{ origin: shared.origin, place: tail.place(), blockKey: tail.blockKey },
        ...{ random: new RandomPool(), now: opened.clock.now() },
        treeHashWith: (one) => Promise.resolve(tail.treeHashWith(one)),
      },
      keys,
      own,
      statementAt,
    );
    tail.push(block, note);
  }
}

/** Blocks of the ledger when it is shared: its beginning, and the record before. */
const FOUNDED = 2;

function wish(subject: string, name: string, idempotencyKey: string | null = name): Wish {
  return { ledger: LEDGER, subject, payload: { name }, idempotencyKey };
}

/** What one of the two has not, or has in another way: blocks, roots, and what persons and authors are known by. */
export async function differences(
  life: SharedLife,
  [one, other]: readonly Member[],
): Promise<string[]> {
  if (one === undefined || other === undefined) throw new Error('two members');
  const { length } = life.whole;
  const [a, b] = [one.shared, other.shared];
  return [
    ...(a.head.length === length ? [] : [`the founder has ${a.head.length} of ${length} blocks`]),
    ...(b.head.length === length ? [] : [`the other has ${b.head.length} of ${length} blocks`]),
    ...(equalBytes(a.head.rootHash, b.head.rootHash) ? [] : ['their roots differ']),
    ...(await missingScopes(one, other)).map((scope) => `the other knows nothing of ${scope}`),
    ...(await missingScopes(other, one)).map((scope) => `the founder knows nothing of ${scope}`),
  ];
}

/** What the vault of one finds by its scope, and that of the other not, or as another secret. */
async function missingScopes(one: Member, other: Member): Promise<string[]> {
  const [here, there] = [one, other].map(({ opened: { store } }) =>
    store.vaultOf(store.tenantNamed(TENANT)?.handle ?? ''),
  );
  const missing: string[] = [];
  for (let page = await here?.scopes(null); (page?.length ?? 0) > 0;) {
    for (const { scope } of page ?? []) {
      const [a, b] = [await here?.find(scope), await there?.find(scope)];
      if (a?.secret === undefined || b?.secret === undefined || !equalBytes(a.secret, b.secret))
        missing.push(JSON.stringify(scope));
    }
    page = await here?.scopes(page?.at(-1)?.next ?? null);
  }
  return missing;
}

async function faulty(root: string, plan: FaultPlan): Promise<Stores> {
  const dataDirectory = join(root, 'data');
  return {
    keyStore: await DirectoryKeyStore.open({
      directory: join(root, 'data.keys'),
      dataDirectory,
      random: new RandomPool(),
      files: plan.durableFiles('keys'),
    }),
    observer: plan.observer,
    openJournalFiles: plan.openJournalFiles,
    durableFiles: plan.durableFiles('data'),
  };
}
