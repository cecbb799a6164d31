/**
 * One check of a log: asks each place for the log's head and compares it with the largest head that is known to continue
 * all before it, then does the same with heads that were saved. What is to be remembered for the next check, and each
 * proof of misbehaviour, is on disk before anything is printed of it.
 */
import { Look } from './look.js';
import { stateOf } from './monitor-state.js';
import type { MonitorParts, Round } from './round.js';

/**
 * @throws CliError CLI_USAGE where no key is known that could have signed what is seen for the first time,
 * CLI_FILE for a memory that cannot be read or written; at the first look also what the node refuses.
 */
export async function checkLog(parts: MonitorParts): Promise<Round> {
  const at = parts.clock.now();
  const states = await parts.store.read();
  const before = stateOf(parts.places[0].place, states);
  const look = new Look(parts, at, states, before);
  for (const place of parts.places) {
    parts.progress(place.place);
    await look.at(place);
  }
  for (const head of parts.saved) await look.atSaved(head);
  return look.end();
}
