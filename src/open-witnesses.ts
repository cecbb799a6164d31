/** The witnesses that a node asks by itself, and what monitoring learns of them. */
import { Gauge, type Registry } from 'prom-client';
import type { EpochWitnesses } from './anchoring/epoch-witnesses.js';
import { witnessSender } from './checkpoint/witness-sender.js';
import type { WitnessStatus } from './checkpoint/witness-status.js';
import type { Config } from './config.js';
import type { Witnessing } from './node-witnesses.js';
import { type NamedFile, readNamedFile, usableFile } from './settings/named-file.js';
import { parseWitnessPolicy } from './tlog/witness-policy.js';

const POLICY: NamedFile = {
  setting: 'witnessPolicy',
  code: 'CONFIG_POLICY_UNUSABLE',
  maxBytes: 64 * 1024,
};

/**
 * Null where no policy is set: then nobody is asked.
 *
 * @throws ConfigError CONFIG_POLICY_UNUSABLE.
 */
export async function readWitnessing(
  config: Pick<Config, 'witnessPolicy' | 'witnessInternal'>,
): Promise<Witnessing | null> {
  const { witnessPolicy, witnessInternal = '' } = config;
  if (witnessPolicy === undefined) return null;
  const bytes = await readNamedFile(POLICY, witnessPolicy);
  const policy = usableFile(POLICY, () => parseWitnessPolicy(bytes));
  const internal = witnessInternal.split(',').filter((host) => host !== '');
  return { policy, send: usableFile(POLICY, () => witnessSender(policy, { internal })) };
}

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function witnessReasons(witnesses: EpochWitnesses | null): readonly string[] {
  if (witnesses === null) return [];
  const { isCompared, unproven, missed } = witnesses.status;
  const reasons: string[] = [];
  if (!isCompared)
    reasons.push(
      'no witness has said since the start how far the epoch log had come: whether data are missing shows once one does',
    );
  if (unproven.length > 0)
    reasons.push(
      `${unproven.length} witnesses say, and do not prove, that the epoch log is behind or another: see the log`,
    );
  if (missed > 0)
    reasons.push(`too few witnesses have cosigned, ${missed} times in a row: see the log`);
  return reasons;
}

/** Read when they are asked for. */
export function witnessMetrics(registry: Registry, status: () => WitnessStatus): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge(
    'chirograph_witnessed_epoch_log_size',
    'What of the epoch log enough witnesses have cosigned.',
    () => status().size,
  );
  gauge(
    'chirograph_witness_rounds_missed',
    'Tries in a row after which too few witnesses had cosigned.',
    () => status().missed,
  );
  gauge(
    'chirograph_witness_claims_unproven',
    'Witnesses that say, and do not prove, that the epoch log is behind or another.',
    () => status().unproven.length,
  );
}
