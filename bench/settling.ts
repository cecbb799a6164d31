/** How far nodes are that come to keep ledgers together: said while it is waited for, and said in full where nothing moves any more. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GroupStatus, Name } from './node-group.js';

export interface Settling {
  readonly ledgers: number;
  readonly statuses: () => Promise<ReadonlyMap<Name, GroupStatus>>;
  readonly tell: (what: string) => void;
}

const STILL_MILLIS = 180_000;
const TELL_MILLIS = 15_000;
const SHORTEST_PAUSE = 200;

/** Every node has all of every ledger, there are so many, and each has a writer. @throws Error that says what is missing. */
export async function untilSettled({ ledgers, statuses, tell }: Settling): Promise<void> {
  let [before, movedAt, toldAt] = ['', performance.now(), performance.now()];
  for (;;) {
    const asked = performance.now();
    const all = await statuses();
    const [missing, now] = [missingOf(all, ledgers), performance.now()];
    if (missing === null) return;
    if (missing !== before) [before, movedAt] = [missing, now];
    if (now > movedAt + STILL_MILLIS)
      throw new Error(`for ${STILL_MILLIS / 1000} s nothing has moved: ${missing}`);
    if (now > toldAt + TELL_MILLIS) {
      tell(missing);
      toldAt = now;
    }
    // To say where thousands of ledgers are is work, which the nodes are to have time for beside theirs.
    await delay(Math.max(SHORTEST_PAUSE, 10 * (now - asked)));
  }
}

function missingOf(all: ReadonlyMap<Name, GroupStatus>, ledgers: number): string | null {
  const statuses = [...all.values()];
  const most = new Map<string, number>();
  for (const one of statuses)
    for (const { ledger, size } of one.ledgers)
      most.set(ledger, Math.max(size, most.get(ledger) ?? 1));
  const whole = [...all].map(([name, one]) => {
    const count = one.ledgers.filter(({ ledger, size }) => size === most.get(ledger)).length;
    return { name, count };
  });
  const written = statuses.flatMap((one) => one.ledgers.filter(({ role }) => role === 'writing'));
  const known = written.filter(({ group, length }) =>
    group?.members.every((member) => member.length === length),
  );
  const counts = [written.length, known.length, ...whole.map(({ count }) => count)];
  if (counts.every((count) => count === ledgers)) return null;
  const roles = new Map<string, number>();
  for (const one of statuses)
    for (const { role } of one.ledgers) roles.set(role, (roles.get(role) ?? 0) + 1);
  return [
    `of ${ledgers} ledgers ${written.length} are written, ${known.length} with receipts of all`,
    `whole at ${whole.map(({ name, count }) => `${name}: ${count}`).join(', ')}`,
    `members are ${[...roles].map(([role, count]) => `${role}: ${count}`).join(', ')}`,
  ].join('; ');
}
