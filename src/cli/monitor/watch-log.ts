/** Looks at a log again and again. What is wrong is said when it begins and when it has ended, not every minute. */
import type { MonitorSystem } from './monitor-parts.js';
import type { Round } from './round.js';

export interface Watched extends Pick<MonitorSystem, 'wait'> {
  readonly check: () => Promise<Round>;
}

/**
 * @param say gets each round, and whether it has news: a first or larger head, or other alarms than before.
 * @returns whether there was any alarm.
 * @throws as `check`.
 */
export async function watchLog(
  { check, wait }: Watched,
  everyMillis: number,
  stop: AbortSignal,
  say: (round: Round, isNews: boolean) => void,
): Promise<boolean> {
  let hadAlarm = false;
  let last: string | null = null;
  while (!stop.aborted) {
    const round = await check();
    const now = alarmsOf(round);
    say(round, hasNews(round) || now !== last);
    last = now;
    hadAlarm ||= round.alarms.length > 0;
    if (!(await waited(wait, everyMillis, stop))) break;
  }
  return hadAlarm;
}

function hasNews({ change, epochs, handovers }: Round): boolean {
  return change !== 'none' || handovers.length > 0 || (epochs?.change ?? 'none') !== 'none';
}

/** By code and place: how long it has been stale is no news. */
function alarmsOf({ alarms }: Round): string {
  return alarms.map(({ code, place }) => `${code} ${place}`).join('\n');
}

async function waited(
  wait: MonitorSystem['wait'],
  millis: number,
  stop: AbortSignal,
): Promise<boolean> {
  try {
    await wait(millis, stop);
    return !stop.aborted;
  } catch (cause) {
    if (stop.aborted) return false;
    throw cause;
  }
}
