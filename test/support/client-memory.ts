/**
 * What the clients of a node remember: all that they were told. `brokenPromises` holds a node to it,
 * knowing nothing but the verifier keys that the node showed first.
 */
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { fromHex, sha256Digest, toHex } from '../../src/base/bytes.js';
import { appendRecords } from '../../src/commands/append-records.js';
import type { LedgerStore } from '../../src/ledger/ledger-store.js';
import type { LogReader, StoredEntry } from '../../src/ledger/log-reader.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import type { Receipt } from '../../src/queries/receipt.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import type { HandoverStatement } from '../../src/records/statement.js';
import { type Checkpoint, verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { isElectionSigned } from '../../src/tlog/election.js';
import { type HandoverKeys, isHandoverAuthorised } from '../../src/tlog/handover.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { parseVerifierKey, type VerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier, parseSignedNote } from '../../src/tlog/signed-note.js';
import { depsOf, type TestStore } from './test-store.js';

export interface Wish {
  readonly ledger: string;
  readonly subject: string;
  readonly key?: string;
  readonly payload: Readonly<Record<string, number | string>>;
  readonly idempotencyKey: string | null;
}

export interface Told {
  readonly wish: Wish;
  readonly receipt: Receipt;
}

export class ClientMemory {
  readonly told: Told[] = [];
  /** All that carried an idempotency key, answered or not. */
  readonly keyed: Wish[] = [];
  /** By origin, as first shown. */
  readonly verifierKeys = new Map<string, string>();
  /** Signed notes by origin. */
  readonly checkpoints = new Map<string, Set<string>>();

  note(wish: Wish, receipt: Receipt): void {
    this.told.push({ wish, receipt });
    const origin = originOf(receipt);
    const shown = this.checkpoints.get(origin) ?? new Set();
    this.checkpoints.set(origin, shown.add(receipt.checkpoint));
  }
}

/** All wishes must be for one ledger. @throws what the command throws; then only the asking is remembered. */
export async function ask(
  opened: TestStore,
  tenantName: string,
  memory: ClientMemory,
  wishes: readonly Wish[],
): Promise<void> {
  const tenant = opened.store.tenantNamed(tenantName)?.handle ?? '';
  const ledger = wishes[0]?.ledger ?? '';
  const requests = wishes.map(({ idempotencyKey, subject, key, payload }) => ({
    record: parseRecordInput({
      type: 'test.Record',
      subject,
      ...(key !== undefined && { key }),
      payload,
    }),
    idempotencyKey,
  }));
  memory.keyed.push(...wishes.filter(({ idempotencyKey }) => idempotencyKey !== null));
  const target = { tenant, ledger, author: 'key:test' };
  const results = await appendRecords(await depsOf(opened), target, requests);
  results.forEach((result, at) => {
    const wish = wishes[at];
    if (result.kind === 'error' || wish === undefined) throw new Error('a record was refused');
    for (const { origin, verifierKey } of opened.store.ledger(tenant, ledger).logs)
      if (!memory.verifierKeys.has(origin)) memory.verifierKeys.set(origin, verifierKey);
    memory.note(wish, result.receipt);
  });
}

/**
 * Everything in which a node does not hold what its clients were told; nothing if it is sound.
 *
 * @param checkpointsPerRecord how many of the checkpoints that were shown a record is proved against;
 * the first that holds it and the last are always among them. At least 2.
 */
export async function brokenPromises(
  store: LedgerStore,
  memory: ClientMemory,
  checkpointsPerRecord = Infinity,
): Promise<string[]> {
  const problems = twice(store);
  const readers = new Map(
    store
      .allLedgers()
      .flatMap(({ logs, identity }) =>
        logs.map((reader) => [reader.origin, { reader, tenant: identity.tenant }] as const),
      ),
  );
  for (const [origin, notes] of memory.checkpoints) {
    const found = readers.get(origin);
    if (found === undefined) {
      problems.push(`${origin} is gone`);
      continue;
    }
    const told = memory.told.filter(({ receipt }) => originOf(receipt) === origin);
    try {
      const keys = await keysOf(found.reader, memory.verifierKeys.get(origin) ?? '');
      const shown = verified(notes, keys);
      problems.push(...(await brokenHistory(found.reader, shown, keys)));
      for (const one of told)
        problems.push(
          ...(await brokenPromise(
            store,
            found.tenant,
            found.reader,
            one,
            someOf(shown, one.receipt.index, checkpointsPerRecord),
          )),
        );
    } catch (cause) {
      problems.push(`${origin}: ${String(cause)}`);
    }
  }
  return problems;
}

function originOf({ checkpoint }: Receipt): string {
  return checkpoint.slice(0, checkpoint.indexOf('\n'));
}

/** Once the key has been handed over, the new one signs the same text. */
function bodyOf({ checkpoint }: Receipt): string {
  return parseSignedNote(checkpoint).text;
}

/** Names that a failed and repeated request gave twice. */
function twice(store: LedgerStore): string[] {
  const names = [
    ...store.tenants().map(({ name }) => `tenant ${name}`),
    ...store.allLedgers().map(({ identity }) => `ledger ${identity.tenant}/${identity.name}`),
  ];
  return names.filter((name, at) => names.indexOf(name) !== at).map((name) => `two of ${name}`);
}

/** The key that was shown first, and those that it was handed over to, as entries of the log say. */
async function keysOf(reader: LogReader, first: string): Promise<string[]> {
  const { statement } = await reader.entry(0 as LeafIndex);
  const begun = parseStatement(statement);
  if (begun.kind !== 'ledger' && begun.kind !== 'loss') throw new Error('no first entry');
  const keys = [begun.verifierKey];
  for (const { size } of reader.handovers) {
    const said = parseStatement((await reader.entry(size as LeafIndex)).statement);
    const [old, next] = [keys.at(-1) ?? '', said.kind === 'handover' ? said.new : ''];
    const parsed = {
      old: parseVerifierKey(old),
      new: parseVerifierKey(next),
      recovery: parseVerifierKey(begun.recoveryKey),
    };
    if (
      said.kind !== 'handover' ||
      said.old !== old ||
      said.size !== size ||
      said.rootHash !== toHex(await reader.rootAt(size as TreeSize)) ||
      !isAuthorised(reader.origin, said, parsed)
    )
      throw new Error(`the handover at ${size} is not as it must be`);
    keys.push(next);
  }
  if (!keys.includes(first)) throw new Error('the key that was shown first is none of the log');
  return keys;
}

/** By those who may change the keys, or by the votes of those who keep the log; who these are the log itself says. */
function isAuthorised(origin: string, said: HandoverStatement, keys: HandoverKeys): boolean {
  return said.election === undefined
    ? isHandoverAuthorised(origin, said, said.signatures, keys)
    : isElectionSigned(origin, said, said.election);
}

function verified(notes: ReadonlySet<string>, keys: readonly string[]): Checkpoint[] {
  const checkpoints = [...notes].map((note) => {
    const key = keys.map(parseVerifierKey).find((one) => isSignedBy(note, one));
    if (key === undefined) throw new Error('a checkpoint is by none of the keys of its log');
    return verifyCheckpoint(note, noteVerifier(key));
  });
  return checkpoints.sort((a, b) => a.size - b.size);
}

function isSignedBy(note: string, { keyId }: VerifierKey): boolean {
  return parseSignedNote(note).signatures.some((signature) => signature.keyId === keyId);
}

/** The first that holds an entry, the last, and as many between, evenly. */
function someOf(shown: readonly Checkpoint[], index: number, most: number): Checkpoint[] {
  const holding = shown.filter(({ size }) => size > index);
  if (holding.length <= most) return holding;
  const places = Array.from({ length: most }, (_, at) =>
    Math.round((at * (holding.length - 1)) / (most - 1)),
  );
  return places.flatMap((place) => holding.slice(place, place + 1));
}

async function brokenHistory(
  reader: LogReader,
  shown: readonly Checkpoint[],
  keys: readonly string[],
): Promise<string[]> {
  const problems: string[] = [];
  const now = verified(new Set([reader.checkpoint() ?? '']), keys)[0];
  if (now === undefined) throw new Error('a log that has entries has no checkpoint');
  for (const [at, earlier] of shown.entries()) {
    const later = shown[at + 1] ?? now;
    const name = `${reader.origin}: checkpoints of ${earlier.size} and ${later.size}`;
    if (earlier.size > now.size) {
      problems.push(`${name}: the log has gone back`);
      continue;
    }
    const proof = await reader.consistencyProof(earlier.size, later.size);
    const [from, to] = [earlier.size, later.size];
    const roots = { fromRoot: earlier.rootHash, toRoot: later.rootHash };
    if (!verifyConsistency({ from, to, ...roots, proof }))
      problems.push(`${name} are inconsistent`);
  }
  return problems;
}

async function brokenPromise(
  store: LedgerStore,
  tenant: string,
  reader: LogReader,
  { wish, receipt }: Told,
  shown: readonly Checkpoint[],
): Promise<string[]> {
  const index = receipt.index as LeafIndex;
  const name = `${reader.origin}: entry ${index}`;
  const stored = await reader.entry(index);
  if (toHex(stored.leafHash) !== receipt.id) return [`${name} is another`];
  const problems: string[] = [];
  if ((await reader.indexOf(stored.leafHash)) !== index)
    problems.push(`${name} is not found by id`);
  if ((await payloadOf(store, tenant, stored)) !== JSON.stringify(wish.payload))
    problems.push(`${name} holds another payload`);
  const leafHash = sha256Digest(fromHex(receipt.leafHash));
  for (const { rootHash, size } of shown)
    if (size > index) {
      const proof = await reader.inclusionProof(index, size);
      if (!verifyInclusion({ leafHash, index, size, rootHash, proof }))
        problems.push(`${name} is not in the tree of ${size}`);
    }
  return problems;
}

/**
 * Repeats what carried an idempotency key. It must get the first answer and add nothing, also where
 * nobody was told the first answer.
 */
export async function brokenRepeats(
  opened: TestStore,
  tenantName: string,
  memory: ClientMemory,
): Promise<string[]> {
  const problems: string[] = [];
  for (const wish of memory.keyed) {
    const known = memory.told.find((told) => told.wish === wish);
    const again = new ClientMemory();
    await ask(opened, tenantName, again, [wish]);
    const [answer] = again.told;
    if (known === undefined) memory.told.push(...again.told);
    else if (
      answer?.receipt.id !== known.receipt.id ||
      bodyOf(answer.receipt) !== bodyOf(known.receipt)
    )
      problems.push(`${wish.ledger}: ${wish.idempotencyKey ?? ''} got another answer`);
  }
  return [...problems, ...(await doubled(opened, tenantName, memory))];
}

/** Wishes of one ledger must differ in their payloads. */
async function doubled(
  { store }: TestStore,
  tenantName: string,
  memory: ClientMemory,
): Promise<string[]> {
  const tenant = store.tenantNamed(tenantName)?.handle ?? '';
  const problems: string[] = [];
  for (const { identity, logs } of store.ledgersOf(tenant)) {
    const times = new Map<string, number>();
    for (const reader of logs)
      for await (const stored of reader.entries(0 as LeafIndex, reader.head.size)) {
        const payload = await payloadOf(store, tenant, stored);
        times.set(payload, (times.get(payload) ?? 0) + 1);
      }
    for (const { ledger, idempotencyKey, payload } of memory.keyed)
      if (ledger === identity.name && times.get(JSON.stringify(payload)) !== 1)
        problems.push(`${ledger}: ${idempotencyKey ?? ''} is not there once`);
  }
  return problems;
}

/** Of what is no record: nothing. */
async function payloadOf(store: LedgerStore, tenant: string, stored: StoredEntry): Promise<string> {
  const entry = await openEntry(store.vaultOf(tenant), stored);
  return entry.kind === 'record' ? Buffer.from(entry.payload.bytes).toString() : '';
}
