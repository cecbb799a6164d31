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
  readonly rest: readonly RestFigures[];
  /** From the start of the last node until there is a writer of each, and all have given receipts. */
  readonly settledMillis: number;
  /** Since the writer of all was killed: until half of them were written again, and all. */
  readonly failOver: { readonly halfMillis: number; readonly allMillis: number };
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
    await group.untilAllHaveAll(ledgers, tell);
    const sharedMillis = performance.now() - started;
    tell(`${ledgers} shared ledgers at rest`);
    const roles = [['shared, writer', 'a'] as const, ['shared, member', 'b'] as const];
    let settledMillis = 0;
    const shared = await atRest(group, roles, millis, async () => {
      const listening = performance.now();
      await group.untilAllHaveAll(ledgers, tell);
      settledMillis = performance.now() - listening;
    });
    tell(`the writer of ${ledgers} ledgers is killed`);
    const failOver = await failOverOf(group, ledgers, tell);
    return { ledgers, sharedMillis, settledMillis, rest: [...alone, ...shared], failOver };
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

const GIVEN_UP_MILLIS = 300_000;

async function failOverOf(
  group: NodeGroup,
  ledgers: number,
  tell: (what: string) => void,
): Promise<ManyLedgersFigures['failOver']> {
  const killed = performance.now();
  await group.kill('a');
  let halfMillis: number | null = null;
  for (;;) {
    const asked = performance.now();
    const written = await group.written();
    const since = performance.now() - killed;
    if (2 * written >= ledgers) halfMillis ??= since;
    if (written === ledgers) return { halfMillis: halfMillis ?? since, allMillis: since };
    if (since > GIVEN_UP_MILLIS)
      throw new Error(`${Math.round(since / 1000)} s after it ${written} are written again`);
    tell(`${Math.round(since)} ms after it ${written} are written again`);
    await delay(Math.max(250, 4 * (performance.now() - asked)));
  }
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
