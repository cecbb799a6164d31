/**
 * One look at a log: the head of each place, each against the largest that is known to continue all before
 * it. What is remembered, and a proof, are on disk before anything is said of them.
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
