/**
 * What a node is like that keeps many ledgers: each alone, and together with two others. Each figure is of a node that was
 * started again and has come to rest; all ledgers are written by the first node.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Name, NAMES, NodeGroup } from './node-group.js';
import { type Scratch, within } from './scratch.js';

export interface RestFigures {
  /** Of the first node, before any is shared; then of the writer of all, and of a member. */
  readonly who: string;
  readonly startMillis: number;
  readonly residentMebibytes: number;
  /** Of one core, at rest. */
  readonly cpuShare: number;
  /** Sent on all its links, at rest. */
  readonly bytesPerSecond: number;
}

export interface ManyLedgersFigures {
  readonly ledgers: number;
  /** Until all nodes have all of them, once they are there. */
  readonly sharedMillis: number;
  /** From the start of the last node until there is a writer of each, and all have given receipts. */
  readonly rest: readonly RestFigures[];
}

const AT_ONCE = 16;

export async function measureManyLedgers(
  scratch: Scratch,
  { ledgers, millis }: { readonly ledgers: number; readonly millis: number },
  tell: (what: string) => void,
): Promise<ManyLedgersFigures> {
  const group = await NodeGroup.start(await within(scratch, 'many'), 0);
  try {
    tell(`${ledgers} ledgers are made`);
    await each(ledgers, (name) => group.makeLedger(name));
    const alone = await atRest(group, [['alone', 'a']], millis, () => Promise.resolve());
    tell(`${ledgers} ledgers are shared`);
    const started = performance.now();
    await each(ledgers, (name) => group.share(name));
    await group.untilAllHaveAll(ledgers);
    const sharedMillis = performance.now() - started;
    tell(`${ledgers} shared ledgers at rest`);
    const roles = [['shared, writer', 'a'] as const, ['shared, member', 'b'] as const];
    const shared = await atRest(group, roles, millis, () => group.untilAllHaveAll(ledgers));
    return { ledgers, sharedMillis, rest: [...alone, ...shared] };
  } finally {
    await group.stop();
  }
}

async function each(count: number, act: (name: string) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => act(`l${first + at}`)),
    );
}

async function atRest(
  group: NodeGroup,
  roles: readonly (readonly [who: string, name: Name])[],
  millis: number,
  settled: () => Promise<void>,
): Promise<RestFigures[]> {
  await group.stopNodes();
  const starts = new Map<Name, number>();
  // The writer of all is to be back before others stand for it.
  for (const name of NAMES) starts.set(name, await group.restart(name));
  await settled();
  await delay(millis);
  const before = await Promise.all(roles.map(([, name]) => usageOf(group, name)));
  await delay(millis);
  const after = await Promise.all(roles.map(([, name]) => usageOf(group, name)));
  return Promise.all(
    roles.map(async ([who, name], at) => {
      const [one, other] = [before[at], after[at]];
      if (one === undefined || other === undefined) throw new Error('it was measured');
      const seconds = (other.atMillis - one.atMillis) / 1000;
      return {
        ...{ who, startMillis: starts.get(name) ?? 0 },
        residentMebibytes: (await group.node(name).asAdmin.residentBytes()) / 2 ** 20,
        cpuShare: (other.cpuMicros - one.cpuMicros) / 1e6 / seconds,
        bytesPerSecond: (other.bytesOut - one.bytesOut) / seconds,
      };
    }),
  );
}

interface Usage {
  readonly atMillis: number;
  readonly cpuMicros: number;
  readonly bytesOut: number;
}

/** The question for the links is no part of what is measured, at either end. */
async function usageOf(group: NodeGroup, name: Name): Promise<Usage> {
  const bytesOut = await group.sentBytes(name);
  const cpuMicros = await group.node(name).asAdmin.cpuMicros();
  return { atMillis: performance.now(), cpuMicros, bytesOut };
}
