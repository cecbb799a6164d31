/** A whole node of which one durable step fails, and the node that a crash there leaves. */
import { join } from 'node:path';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { copyDirectory } from './copy-directory.js';
import type { FaultPlan, PlannedFault } from './fault-plan.js';
import { openTestService, type TestService } from './test-service.js';

export async function openPlannedService(
  place: string,
  plan: FaultPlan,
  adminKey: string,
): Promise<TestService> {
  const dataDirectory = join(place, 'data');
  const keyStore = await DirectoryKeyStore.open({
    ...{ directory: join(place, 'data.keys'), dataDirectory, random: new RandomPool() },
    files: plan.durableFiles('keys'),
  });
  const store = {
    ...{ keyStore, openJournalFiles: plan.openJournalFiles },
    durableFiles: plan.durableFiles('data'),
  };
  return openTestService(place, { store }, adminKey);
}

/** Of each durable step that there was after `begun`, that it fails before it is done. */
export function faultsSince(plan: FaultPlan, begun: ReadonlyMap<string, number>): PlannedFault[] {
  return [...plan.steps].flatMap(([step, count]) =>
    Array.from({ length: count - (begun.get(step) ?? 0) }, (_, more) => ({
      ...{ step, nth: (begun.get(step) ?? 0) + more },
      when: 'before' as const,
    })),
  );
}

/** What lies on the disk of a node at this moment, as it would after a kill. */
export async function copyNode(from: string, to: string): Promise<void> {
  for (const directory of ['data', 'data.keys'])
    await copyDirectory(join(from, directory), join(to, directory));
}
