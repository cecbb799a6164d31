/** `fsck` of the stores of nodes that keep a ledger together, after another writer was chosen: sound, and what was altered is found. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { utf8ToString } from '../../../src/base/bytes.js';
import { noteRow } from '../../../src/ledger/internal/kept-notes.js';
import { noteRange, readNoteKey, type StateRow } from '../../../src/ledger/internal/state-keys.js';
import { closeStoreParts, openStoreParts } from '../../../src/ledger/internal/store-parts.js';
import { parseSignedNote, signNote } from '../../../src/tlog/signed-note.js';
import { signerOf } from '../../evidence/misbehaviour/support/history.js';
import { namedKey } from '../../evidence/support/synthetic-keys.js';
import { at } from '../../evidence/support/synthetic-tree.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { fsckFindings } from '../../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { LEDGER, majorityOf, SharingNode, TENANT } from './sharing-node.js';

const PATIENCE = 20_000;
let root: string;
let nodes: SharingNode[];
beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = ['a', 'b', 'c'].map((name) => new SharingNode(root, name));
});
afterEach(async () => {
  for (const node of nodes) await node.close();
  await removeDirectory(root);
});

/** All nodes stopped, the log with an election, and entries before and after it. @returns the two that chose. */
async function elected(): Promise<readonly SharingNode[]> {
  const keys = [];
  for (const node of nodes) {
    await node.openStore();
    keys.push(await node.keys(await freePort()));
  }
  const [first, ...others] = nodes;
  if (first === undefined) throw new Error('three nodes');
  const tenant = await first.store.createTenant(TENANT, 'a.example');
  await first.store.createLedger(tenant, LEDGER);
  for (const [index, node] of nodes.entries()) await node.share(at(keys, index), keys);
  await first.shared.setGroup(first.ledger, majorityOf(keys));
  await first.append('alice', 'k1');
  await eventually(
    () => others.every((one) => one.shared.all().length === 1 && one.ledger.reader.head.size === 3),
    'the ledger at all nodes',
    PATIENCE,
  );
  await first.close();
  await eventually(() => others.some(({ isWriter }) => isWriter), 'another writer', PATIENCE);
  await others.find(({ isWriter }) => isWriter)?.append('bob', 'k2');
  const hasAll = ({ ledger }: SharingNode): boolean => ledger.reader.head.size === 5;
  await eventually(() => others.every(hasAll), 'all entries', PATIENCE);
  for (const node of others) await node.close();
  return others;
}

interface Note {
  readonly log: number;
  readonly size: number;
  readonly note: string;
}

/** What is kept of the ledger's log, of ascending sizes; and what is put there. */
async function changeNotes(
  node: SharingNode,
  change: (notes: readonly Note[]) => readonly StateRow[],
): Promise<void> {
  const parts = await openStoreParts(join(node.root, 'data'));
  try {
    const log = parts.catalog
      .ledgers()
      .find(({ name }) => name === LEDGER)
      ?.logs.at(-1);
    if (log === undefined) throw new Error('a ledger has a log');
    const notes: Note[] = [];
    for await (const [key, value] of parts.state.rows(noteRange(log.number)))
      notes.push({ log: log.number, size: readNoteKey(key), note: utf8ToString(value) });
    await parts.state.write([...change(notes)]);
    await parts.state.flush();
  } finally {
    await closeStoreParts(parts);
  }
}

it('finds nothing wrong with what an election left, and all that is done to kept checkpoints', async () => {
  const others = await elected();
  for (const node of nodes)
    expect([node.name, await fsckFindings(node.root)]).toEqual([node.name, []]);
  const node = at(others, 0);
  let kept: readonly Note[] = [];
  const altered = async (change: (last: Note) => StateRow): Promise<string> => {
    await changeNotes(node, (notes) => {
      if (kept.length === 0) kept = notes;
      return [
        ...kept.map(({ log, size, note }) => noteRow(log, size as never, note)),
        change(at(kept, -1)),
      ];
    });
    return (await fsckFindings(node.root)).join('\n');
  };
  const stranger = (note: string): string => {
    const { text, signatures } = parseSignedNote(note);
    return signNote(text, signerOf(namedKey(at(signatures, 0).name, 'a stranger')));
  };
  expect(
    await altered(({ log, size, note }) => noteRow(log, size as never, stranger(note))),
  ).toContain('not signed by the key that the log had then');
  expect(await altered(({ log, size }) => noteRow(log, size as never, at(kept, 0).note))).toContain(
    'says something else than the log',
  );
  expect(await altered(({ log, note, size }) => noteRow(log, size as never, note))).toBe('');
  expect(await altered(({ log, size, note }) => noteRow(log, (size + 1) as never, note))).toContain(
    'checkpoints were kept of sizes that no block ends at',
  );
}, 90_000);
