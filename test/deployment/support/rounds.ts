/** A cluster that keeps a ledger under load while one thing after the other happens to it. */
import { report } from '../../support/suite.js';
import { Clients } from './clients.js';
import { Cluster, NAMES } from './cluster.js';
import type { Forgotten } from './forgetting.js';
import { drawMishap } from './mishaps.js';
import type { ClusterNetwork } from './network.js';
import { brokenPromises } from './promises.js';

const WRITERS = 3;
/** That have to get through after each mishap. */
const ACKNOWLEDGED = 20;
const PATIENCE_MILLIS = 60_000;

/** What `fsck` finds in what each leaves that stops in peace. */
async function unsound(cluster: Cluster): Promise<string[]> {
  const found: string[] = [];
  for (const name of NAMES) {
    const code = await cluster.stop(name);
    if (code !== 0) found.push(`${name} ended with ${code}`);
    found.push(...(await cluster.fsck(name)));
  }
  return found;
}

/** @param seeds of a mishap each. @returns what is wrong after the first that leaves something wrong, and at the end. */
export async function problemsIn(
  root: string,
  network: ClusterNetwork,
  seeds: readonly number[],
): Promise<string[]> {
  const cluster = await Cluster.open({ root, network });
  try {
    const clients = new Clients(cluster, WRITERS);
    const forgotten: Forgotten[] = [];
    const problems = await clients.acknowledged(ACKNOWLEDGED, PATIENCE_MILLIS);
    for (const seed of seeds) {
      if (problems.length > 0) break;
      const { name, happen } = drawMishap(seed);
      forgotten.push(...(await happen(cluster)));
      problems.push(...(await clients.acknowledged(ACKNOWLEDGED, PATIENCE_MILLIS)));
      report(`mishap ${seed}: ${name}: ${clients.told.length} acknowledged so far`);
    }
    await clients.end();
    if (problems.length > 0) return problems;
    const broken = await brokenPromises(cluster, clients, PATIENCE_MILLIS, forgotten);
    return broken.length > 0 ? broken : await unsound(cluster);
  } finally {
    await cluster.close();
  }
}
