/** What a writer makes of its keepers’ words: a ledger of a real store, and receipts that say this and that. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TreeSize, UnixMillis } from '../../../src/base/brand.js';
import { fromHex } from '../../../src/base/bytes.js';
import { appendRecords } from '../../../src/commands/append-records.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { parseRecordInput } from '../../../src/records/record-input.js';
import {
  type GivenKeeper,
  GivenLog,
  REPEAT_MILLIS,
  REST_MILLIS,
} from '../../../src/replication/keepers/given-log.js';
import { KEEPER_CODEC, REFUSALS } from '../../../src/replication/keepers/keeper-message.js';
import { type Receipt, signReceipt } from '../../../src/replication/receipt.js';
import { ed25519Key } from '../../../src/tlog/ed25519.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../../support/test-store.js';
import { KEEPER, RECOVERY_KEY, WRITER } from './keeping.js';

let root: string;
let opened: TestStore;
let ledger: Ledger;
const AT = 1_000 as UnixMillis;
const KEY = ed25519Key(new Uint8Array(32).fill(7));

beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  ledger = await opened.store.createLedger(tenant, 'kyc');
  for (let n = 0; n < 4; n++) await append(n);
});
afterAll(async () => {
  await opened.store.close();
  await removeDirectory(root);
});

async function append(n: number): Promise<void> {
  const tenant = opened.store.tenantNamed('default')?.handle ?? '';
  const target = { tenant, ledger: 'kyc', author: 'key:test' };
  const record = parseRecordInput({ type: 't', subject: `s${n}`, payload: { n } });
  await appendRecords(await depsOf(opened), target, [{ record, idempotencyKey: null }]);
}

/** With one keeper. */
function given(isWitness = false): { log: GivenLog; keeper: GivenKeeper } {
  const log = new GivenLog(ledger, RECOVERY_KEY);
  log.want([{ node: KEEPER as never, isWitness }]);
  const keeper = [...log.keepers.values()][0];
  if (keeper === undefined) throw new Error('a log without a keeper');
  return { log, keeper };
}

/** For the whole log, where it does not say otherwise. */
function receipt(says: Partial<Receipt> = {}): Receipt {
  const { length, rootHash, size, treeHash } = ledger.reader.head;
  const term = { number: 0, node: fromHex(WRITER) };
  const { origin } = ledger.reader;
  return { origin, term, by: KEY.publicKey, length, treeHash, size, rootHash, at: AT, ...says };
}

it('believes a receipt for what the log has, smaller heads among them', async () => {
  const { log, keeper } = given();
  const { length, size } = ledger.reader.head;
  await log.receipted(keeper, receipt(), AT);
  expect(keeper).toMatchObject({ receipt: { length, size }, trouble: null, heardAt: AT });
  const smaller = (size - 1) as TreeSize;
  const rootHash = await ledger.reader.rootAt(smaller);
  await log.receipted(keeper, receipt({ length: length - 1, size: smaller, rootHash }), AT);
  // It was told of more: that stays.
  expect(keeper).toMatchObject({ receipt: { size }, trouble: null });
});

it('does not believe one for more than there is here: it is trouble', async () => {
  const { log, keeper } = given();
  const { length, size } = ledger.reader.head;
  for (const says of [{ size: (size + 1) as TreeSize }, { length: length + 1 }]) {
    await log.receipted(keeper, receipt(says), AT);
    expect(keeper).toMatchObject({ receipt: null, trouble: 'ahead' });
  }
});

it('does not believe one for another history: it is trouble', async () => {
  const { log, keeper } = given();
  const { length } = ledger.reader.head;
  const other = new Uint8Array(32).fill(1) as Receipt['rootHash'];
  for (const says of [{ rootHash: other }, { length: length - 1 }, { size: 0 as TreeSize }]) {
    await log.receipted(keeper, receipt(says), AT);
    expect(keeper).toMatchObject({ receipt: null, trouble: 'contradicts' });
  }
  await log.receipted(keeper, receipt(), AT);
  expect(keeper.trouble).toBeNull();
});

it('says one word at a time, again after a while, and seldom to who has all', async () => {
  const { log, keeper } = given();
  expect(await log.nextFor(keeper, 0)).toMatchObject({ kind: 'keep', witness: null });
  keeper.said = { length: ledger.reader.head.length, at: 0 };
  expect(await log.nextFor(keeper, REPEAT_MILLIS - 1)).toBeNull();
  expect(await log.nextFor(keeper, REPEAT_MILLIS)).not.toBeNull();
  await log.receipted(keeper, receipt(), AT);
  expect(await log.nextFor(keeper, REST_MILLIS - 1)).toBeNull();
  expect(await log.nextFor(keeper, REST_MILLIS)).not.toBeNull();
  // A newer head goes out as soon as the one before has a receipt.
  await append(9);
  expect(await log.nextFor(keeper, 1)).not.toBeNull();
});

it('asks a witness from what it has cosigned, with the proof, and not at each head', async () => {
  const { log, keeper } = given(true);
  expect(await log.nextFor(keeper, 0)).toMatchObject({ witness: { from: 0, proof: [] } });
  keeper.asked = { note: '', at: 0 };
  expect(await log.nextFor(keeper, 1)).toMatchObject({ witness: null });
  keeper.cosigned = 3 as TreeSize;
  const message = await log.nextFor(keeper, REPEAT_MILLIS);
  const { size } = ledger.reader.head;
  const proof = await ledger.reader.consistencyProof(3 as TreeSize, size);
  expect(message?.witness).toEqual({ from: 3, proof });
  keeper.cosigned = (size + 1) as TreeSize;
  expect((await log.nextFor(keeper, 2 * REPEAT_MILLIS))?.witness).toBeNull();
});

it('sends and reads the same messages, and nothing else', async () => {
  const { log, keeper } = given(true);
  keeper.cosigned = 3 as TreeSize;
  const keep = await log.nextFor(keeper, 0);
  const one = receipt();
  const messages = [
    ...(keep === null ? [] : [keep]),
    { kind: 'receipt', receipt: one, signed: signReceipt(one, KEY) } as const,
    { kind: 'cosigned', origin: 'o', size: 4 as TreeSize, line: null } as const,
    { kind: 'cosigned', origin: 'o', size: 4 as TreeSize, line: '— k AAAA' } as const,
    ...REFUSALS.map((why) => ({ kind: 'refuse', origin: 'o', why }) as const),
  ];
  for (const message of messages) {
    const bytes = KEEPER_CODEC.encode(message);
    expect(KEEPER_CODEC.decode(bytes)).toEqual(message);
    // Whatever one byte of it becomes, it is another message or none: a receipt is none.
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const altered = Uint8Array.from(bytes, (byte, n) => (n === at ? byte ^ by : byte));
        try {
          const read = KEEPER_CODEC.decode(altered);
          expect(read.kind === 'receipt').toBe(false);
          expect(KEEPER_CODEC.encode(read)).toEqual(altered);
        } catch (cause) {
          expect(cause).toMatchObject({ code: 'BYTES_MALFORMED' });
        }
      }),
    );
  }
});
