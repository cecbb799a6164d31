/** The witnesses that a node asks by itself, and what monitoring learns of them. */
import { readFile } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import type { EpochWitnesses } from './anchoring/epoch-witnesses.js';
import { ChirographError } from './base/errors.js';
import { systemErrorCode } from './base/system-error.js';
import { witnessSender } from './checkpoint/witness-sender.js';
import type { WitnessStatus } from './checkpoint/witness-status.js';
import type { Config } from './config.js';
import type { Witnessing } from './node-witnesses.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName } from './settings/setting.js';
import { parseWitnessPolicy, type WitnessPolicy } from './tlog/witness-policy.js';

const MAX_POLICY_BYTES = 64 * 1024;

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
  const policy = await readPolicy(witnessPolicy);
  const internal = witnessInternal.split(',').filter((host) => host !== '');
  return { policy, send: usable(() => witnessSender(policy, { internal })) };
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

async function readPolicy(path: string): Promise<WitnessPolicy> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw unusable(`it cannot be read (${code})`, cause);
  }
  if (bytes.length > MAX_POLICY_BYTES) throw unusable('it is larger than 64 KiB');
  return usable(() => parseWitnessPolicy(bytes));
}

function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ChirographError) throw unusable(cause.message, cause);
    throw cause;
  }
}

function unusable(reason: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'CONFIG_POLICY_UNUSABLE',
    `the file that ${environmentName('witnessPolicy')} names cannot be used: ${reason}`,
    { cause },
  );
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
