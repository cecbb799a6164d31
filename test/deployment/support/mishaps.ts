/** What happens to a cluster in a round, drawn from a seed: somebody is killed, always, and the network or the operator does something besides. */
import { setTimeout as delay } from 'node:timers/promises';
import { SeededChoice } from '../../support/seeded-choice.js';
import { type Cluster, type Name, NAMES } from './cluster.js';
import { forget, type Forgotten, known } from './forgetting.js';

export interface Mishap {
  /** For people. */
  readonly name: string;
  /** @returns who was forgotten meanwhile. */
  readonly happen: (cluster: Cluster) => Promise<Forgotten[]>;
}

const PATIENCE_MILLIS = 60_000;

/** After it all run and reach each other again. @param number that no other mishap of the cluster has. */
export function drawMishap(number: number): Mishap {
  const choice = new SeededChoice(`mishap ${number}`);
  const besides = choice.pick([
    ...['nothing', 'partition', 'partition of another', 'bad network', 'move', 'erasure'],
  ] as const);
  const target = choice.pick(['any', 'any', 'writer'] as const);
  const any = choice.pick(NAMES);
  const other = choice.pick(NAMES.filter((name) => name !== any));
  const waits = {
    before: choice.below(400),
    down: choice.below(4_000),
    apart: choice.below(3_000),
  };
  return {
    name: `kill ${target === 'any' ? any : 'the writer'}, ${besides}, ${JSON.stringify(waits)}`,
    happen: async (cluster) => {
      const [writer = any] = target === 'any' ? [any] : await cluster.writers();
      const apart = besides === 'partition' ? writer : other;
      const moving = besides === 'move' ? moveAway(cluster, other) : null;
      const person =
        besides === 'erasure' ? await known(cluster, `person-${number}`, PATIENCE_MILLIS) : null;
      const forgetting = person && forget(cluster, person, PATIENCE_MILLIS);
      if (besides.startsWith('partition')) await cluster.network.cutOff(apart);
      if (besides === 'bad network') await cluster.network.worsen();
      await delay(waits.before);
      await cluster.kill(writer);
      await delay(waits.down);
      await cluster.start(writer);
      await delay(waits.apart);
      await cluster.network.calm();
      await moving;
      await forgetting;
      return person === null ? [] : [person];
    },
  };
}

/** By whoever writes; that it is killed on the way is part of it. */
async function moveAway(cluster: Cluster, to: Name): Promise<void> {
  const [writer] = await cluster.writers();
  if (writer !== undefined && writer !== to) await cluster.move(writer, to);
}
