/** Everything in which a cluster does not hold what its clients were told: asked of each node, the tree computed anew. */
import type { LeafIndex, TreeSize } from '../../../src/base/brand.js';
import { fromBase64, toBase64, toHex } from '../../../src/base/bytes.js';
import type { Receipt } from '../../../src/queries/receipt.js';
import { decodeEntryBundle } from '../../../src/tlog/entry-bundle.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { entryBundlePath } from '../../../src/tlog/tile-path.js';
import { TILE_WIDTH, tileWidth } from '../../../src/tlog/tile.js';
import { append, ask, call, type NodeAddress } from '../../faults/node-calls.js';
import { eventually } from '../../support/eventually.js';
import { WholeTree } from '../../support/whole-tree.js';
import type { Clients, Told } from './clients.js';
import { type Cluster, LEDGER, NAMES } from './cluster.js';
import { type Forgotten, remembering } from './forgetting.js';

const PATH = `/ledgers/${LEDGER}`;

/** Of the last that were acknowledged, so many are asked for again. */
const REPEATED = 40;

interface Head {
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

interface Log {
  readonly head: Head;
  readonly tree: WholeTree;
  /** By index: payloads as the node opens them. */
  readonly said: ReadonlyMap<number, string>;
}

/** To be asked when nobody writes any more and all run. */
export async function brokenPromises(
  cluster: Cluster,
  { told, checkpoints, problems }: Pick<Clients, 'checkpoints' | 'problems' | 'told'>,
  withinMillis: number,
  forgotten: readonly Forgotten[] = [],
): Promise<string[]> {
  const found = [...problems, ...(await cluster.fallen())];
  try {
    await eventually(() => haveOneEnd(cluster), 'all show the same log', withinMillis);
    const isForgotten = async (): Promise<boolean> =>
      (await remembering(cluster, forgotten)).length === 0;
    await eventually(isForgotten, 'all have forgotten', withinMillis);
  } catch (cause) {
    const left = await remembering(cluster, forgotten);
    return [...found, String(cause), ...left, await cluster.describe()];
  }
  for (const name of NAMES) {
    const log = await read(cluster.address(name));
    const wrong = [
      ...[...checkpoints].flatMap((note) => brokenHead(log, headOf(note))),
      ...told.flatMap((one) => brokenReceipt(log, one)),
      ...doubled(log),
    ];
    found.push(...wrong.map((problem) => `${name}: ${problem}`));
  }
  return [...found, ...(await brokenRepeats(cluster, told.slice(-REPEATED)))];
}

/** Whether they show the same size and root. A root that differs at the same size will never be the same. */
async function haveOneEnd(cluster: Cluster): Promise<boolean> {
  const notes = await Promise.all(
    NAMES.map((name) => call(cluster.address(name), `${PATH}/checkpoint`)),
  );
  const heads = await Promise.all(notes.map(async (note) => headOf(await note.text())));
  return new Set(heads.map(({ size, root }) => `${size} ${root}`)).size === 1;
}

/** Of a signed note (C2SP tlog-checkpoint): origin, size, root. Who signed it changes with who writes. */
function headOf(note: string): Head {
  const [, size = '', root = ''] = note.split('\n');
  return { size: Number(size), root };
}

async function read(node: NodeAddress): Promise<Log> {
  const head = headOf(await (await call(node, `${PATH}/checkpoint`)).text());
  const leaves = [];
  for (let index = 0; index * TILE_WIDTH < head.size; index++) {
    const width = tileWidth(0, index, head.size as TreeSize);
    const response = await call(node, `${PATH}/${entryBundlePath({ index, width })}`);
    const bundle = new Uint8Array(await response.arrayBuffer());
    leaves.push(...decodeEntryBundle(bundle, width).map(leafHash));
  }
  const said = new Map<number, string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await ask(node, `${PATH}/records?limit=1000${cursor}`);
    // Groups and hand-overs have none.
    for (const { index, payload } of page.items)
      if (payload !== undefined) said.set(index, JSON.stringify(payload));
    cursor = page.cursor === null ? null : `&cursor=${encodeURIComponent(page.cursor)}`;
  }
  return { head, tree: new WholeTree(leaves), said };
}

interface Page {
  readonly items: readonly { index: number; payload?: unknown }[];
  readonly cursor: string | null;
}

function brokenHead({ head, tree }: Log, shown: Head): string[] {
  if (shown.size > head.size)
    return [`a checkpoint of ${shown.size} was shown, now it is ${head.size}`];
  const isSame = toBase64(tree.rootAt(shown.size as TreeSize)) === toBase64(fromBase64(shown.root));
  return isSame ? [] : [`the checkpoint of ${shown.size} that was shown is of another tree`];
}

function brokenReceipt({ head, tree, said }: Log, { by, index, ...told }: Told): string[] {
  const name = `entry ${index}, acknowledged by ${by} (${told.idempotencyKey})`;
  if (index >= head.size) return [`${name} is lost`];
  if (toHex(tree.leaf(index as LeafIndex)) !== told.leafHash) return [`${name} is another`];
  const payload = said.get(index);
  return payload === JSON.stringify(told.record.payload) ? [] : [`${name} says ${payload}`];
}

/** Whoever writes now knows what others have answered. */
async function brokenRepeats(cluster: Cluster, told: readonly Told[]): Promise<string[]> {
  const [writer] = await cluster.writers();
  if (writer === undefined) return ['nobody writes'];
  const found: string[] = [];
  for (const { idempotencyKey, index, record } of told) {
    const answer = await append(cluster.address(writer), {
      ledger: LEDGER,
      idempotencyKey,
      record,
    });
    const text = await answer.text();
    const isFirst = answer.status === 200 && (JSON.parse(text) as Receipt).index === index;
    if (!isFirst)
      found.push(`${idempotencyKey} at ${index}, asked again: ${answer.status} ${text}`);
  }
  return found;
}

/** What carried an idempotency key is there once at most, whether it was answered or not. */
function doubled({ said }: Log): string[] {
  const at = new Map<string, number>();
  const problems: string[] = [];
  for (const [index, payload] of said) {
    const first = at.get(payload);
    if (first !== undefined) problems.push(`${payload} is there at ${first} and at ${index}`);
    at.set(payload, index);
  }
  return problems;
}
