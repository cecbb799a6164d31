/**
 * A running witness: its key, what it keeps, and its HTTP interface. A process of its own, which a
 * regulator or a tenant runs and the operator of the logs does not.
 */
import { createApp } from './api/app.js';
import { ClientCertificates } from './api/client-certificates.js';
import { messageClassesOf } from './api/message-classes.js';
import { describeHealth, healthRoutes, type Readiness } from './api/routes/health.js';
import { describeWitness, witnessRoutes } from './api/routes/witness.js';
import { type RunningServer, startServer } from './api/server.js';
import { Lifetime } from './base/lifetime.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { CheckpointError } from './checkpoint/checkpoint-error.js';
import { Witness } from './checkpoint/witness.js';
import { witnessedLogs } from './checkpoint/witnessed-logs.js';
import type { Config } from './config.js';
import { WitnessKeys } from './keys/witness-keys.js';
import { parsePolicyLogs } from './tlog/witness-policy.js';
import { readTlsFiles } from './tls-files.js';
import { programVersion } from './version.js';

export interface WitnessConfig extends Pick<Config, 'host' | 'port' | 'tlsCertificate' | 'tlsKey'> {
  readonly dataDirectory: string;
  readonly keyDirectory: string;
  /** C2SP tlog-policy, of which the `log` lines count. */
  readonly logs: Uint8Array;
  /** Of what is kept of one log. */
  readonly maxBytesPerLog: number;
  /** Of one address. */
  readonly requestsPerMinute: number;
}

export interface WitnessParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

const REQUEST_TIMEOUT_MILLIS = 10_000;
const KEEP_ALIVE_MILLIS = 65_000;
const SHUTDOWN_TIMEOUT_MILLIS = 10_000;

export class WitnessService {
  readonly #server: RunningServer;
  readonly #witness: Witness;
  readonly #lifetime: Lifetime;
  /** Resolves when a durable step has failed: nothing more is cosigned, and the process should end. */
  readonly failed: Promise<CheckpointError>;

  private constructor(
    server: RunningServer,
    witness: Witness,
    lifetime: Lifetime,
    failed: Promise<CheckpointError>,
  ) {
    this.#server = server;
    this.#witness = witness;
    this.#lifetime = lifetime;
    this.failed = failed;
  }

  /**
   * @throws KeysError, CheckpointError, TlogError POLICY_MALFORMED, ConfigError CONFIG_TLS_UNUSABLE, or
   * whatever keeps the port from being taken; then nothing is left open.
   */
  static async open(config: WitnessConfig, parts: WitnessParts): Promise<WitnessService> {
    const { dataDirectory, keyDirectory, maxBytesPerLog } = config;
    const logs = witnessedLogs(parsePolicyLogs(config.logs).map(({ key }) => key));
    const lifetime = new Lifetime();
    try {
      const keys = await WitnessKeys.open({ directory: keyDirectory, dataDirectory });
      lifetime.add(() => keys.close());
      let fail: (error: CheckpointError) => void = () => undefined;
      const failed = new Promise<CheckpointError>((resolve) => {
        fail = resolve;
      });
      const witness = await Witness.open({
        ...{ dataDirectory, keys, logs, maxBytesPerLog, ...parts },
        onFailure: (error) => {
          parts.logger.error('witness failed', { error });
          fail(error);
        },
      });
      lifetime.add(() => witness.close());
      const server = await serve(config, parts, witness);
      lifetime.add(() => server.stop(SHUTDOWN_TIMEOUT_MILLIS));
      return new WitnessService(server, witness, lifetime, failed);
    } catch (cause) {
      await lifetime.close();
      throw cause;
    }
  }

  get url(): string {
    return this.#server.url;
  }

  /** As others write it into their policies. */
  get verifierKey(): string {
    return this.#witness.verifierKeyText;
  }

  /** Takes no more requests, and finishes those in flight. */
  close(): Promise<void> {
    return this.#lifetime.close();
  }
}

async function serve(
  config: WitnessConfig,
  { logger }: WitnessParts,
  witness: Witness,
): Promise<RunningServer> {
  const { host, port, requestsPerMinute } = config;
  const material = await readTlsFiles(config);
  const timeoutMillis = REQUEST_TIMEOUT_MILLIS;
  const app = createApp({
    logger,
    version: programVersion(),
    modules: [
      {
        mountPath: '/',
        router: healthRoutes(() => readinessOf(witness)),
        describe: describeHealth,
      },
      {
        mountPath: '/',
        router: witnessRoutes({ witness, timeoutMillis }),
        describe: describeWitness,
      },
    ],
    requestTimeoutMillis: timeoutMillis,
    requestsPerMinute,
  });
  return startServer(app, {
    messages: messageClassesOf(app),
    ...{ host, port, keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS },
    headersTimeoutMillis: timeoutMillis,
    ...(material !== null && { tls: { material, certificates: new ClientCertificates() } }),
  });
}

function readinessOf({ hasFailed, logs }: Witness): Readiness {
  const convicted = logs.filter(({ seen }) => seen.splitViewCount > 0).length;
  const reasons = [
    ...(hasFailed ? ['a checkpoint could not be kept: start the witness again'] : []),
    ...(convicted > 0 ? [`proofs of misbehaviour are kept of ${convicted} logs: see /logs`] : []),
  ];
  return { ready: !hasFailed, reasons };
}
