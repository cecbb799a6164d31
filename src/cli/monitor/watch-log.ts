/** Looks at a log again and again. What is wrong is said when it begins and when it has ended, not every minute. */
import { checkLog } from './check-log.js';
import type { MonitorSystem } from './monitor-parts.js';
import type { MonitorParts, Round } from './round.js';

/**
 * @param say gets each round, and whether it has news: a first or larger head, or other alarms than before.
 * @returns whether there was any alarm.
 * @throws as `checkLog`.
 */
export async function watchLog(
  parts: MonitorParts & MonitorSystem,
  everyMillis: number,
  stop: AbortSignal,
  say: (round: Round, isNews: boolean) => void,
): Promise<boolean> {
  let hadAlarm = false;
  let last: string | null = null;
  while (!stop.aborted) {
    const round = await checkLog(parts);
    const now = alarmsOf(round);
    say(round, round.change !== 'none' || now !== last);
    last = now;
    hadAlarm ||= round.alarms.length > 0;
    if (!(await waited(parts, everyMillis, stop))) break;
  }
  return hadAlarm;
}

/** By code and place: how long it has been stale is no news. */
function alarmsOf({ alarms }: Round): string {
  return alarms.map(({ code, place }) => `${code} ${place}`).join('\n');
}

async function waited(
  { wait }: MonitorSystem,
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
