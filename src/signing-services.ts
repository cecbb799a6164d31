/**
 * What signatures need of others: time-stamps, what is said of revocation, and the anchors that both may end
 * at. Opened with the node, from its settings; whoever raises signatures to higher levels is handed this.
 */
import { readFile } from 'node:fs/promises';
import { equalBytes } from './base/bytes.js';
import { sha256Hex } from './base/hash.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import { systemErrorCode } from './base/system-error.js';
import type { Clock } from './base/time.js';
import type { AuthoritySetting, Config } from './config.js';
import { openDevelopmentAuthority } from './development-parts.js';
import { EvidenceError } from './evidence/evidence-error.js';
import { MAX_TRUST_BYTES, parseTrust } from './evidence/trust.js';
import { developmentRevocation } from './keys/development-revocation.js';
import { developmentTimeStamps } from './keys/development-time-stamps.js';
import { type AuthorityHealth, FailOverAuthority } from './keys/fail-over-authority.js';
import type { DevelopmentAuthorityKeys, KeyStore } from './keys/key-store.js';
import type { HostRule } from './keys/outbound-host.js';
import type { SendOutbound } from './keys/outbound-message.js';
import { outbound, type OutboundOptions } from './keys/outbound.js';
import { RevocationClient } from './keys/revocation-client.js';
import type { RevocationFailure, RevocationSource } from './keys/revocation-source.js';
import type { RequestBudget, TimeStampAuthority } from './keys/time-stamp-authority.js';
import { timeStampClient } from './keys/time-stamp-client.js';
import type { Remaining, TimeStampCounts } from './keys/time-stamp-counts.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName } from './settings/setting.js';
import { parseCertificate } from './signing/certificate.js';
import { type TrustAnchor, trustAnchorFrom } from './signing/trust-anchor.js';

export interface SigningServices {
  /** Null where the node makes no time-stamps. */
  readonly timeStamps: TimeStampAuthority | null;
  readonly revocation: RevocationSource;
  /** Those of the trust file and of the development parts, each for its purposes. */
  readonly anchors: readonly TrustAnchor[];
  /** DER of the roots made for development that the time-stamps end at: for the node's trust file. */
  readonly roots: readonly Uint8Array[];
  health(): SigningHealth;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

export interface SigningHealth {
  /** In the order in which they are asked; empty where the node makes no time-stamps. */
  readonly timeStamps: readonly AuthorityHealth[];
  readonly revocation: {
    /** Since the node was started. */
    readonly failed: number;
    readonly lastFailure: RevocationFailure | null;
  };
}

export interface SigningServiceParts {
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** Of requests to authorities with a budget; opened by the time that the first one is asked. */
  readonly timeStampCounts: TimeStampCounts;
  /** DER of the roots that the node's own seal ends at, where they were made here. */
  readonly sealRoots: readonly Uint8Array[];
  /** For tests. */
  readonly outbound?: Pick<OutboundOptions, 'resolve' | 'tlsAuthorities'>;
}

type ServiceConfig = Pick<
  Config,
  | 'timeStamps'
  | 'timeStampAuthorities'
  | 'signatureTrust'
  | 'revocationHosts'
  | 'outboundTimeoutMillis'
  | 'seal'
>;

/** A minute is far more than clocks that are kept are apart, and too little to backdate by. */
const CLOCK_TOLERANCE_MILLIS = 60_000;
const REQUESTS_PER_HOST = 4;

/** @throws ConfigError CONFIG_TRUST_UNUSABLE; KeysError. */
export async function openSigningServices(
  config: ServiceConfig,
  parts: SigningServiceParts,
): Promise<SigningServices> {
  const stopping = new AbortController();
  const trusted = await readTrust(config);
  const development = await developmentAuthority(config, parts);
  const made = distinct([
    ...parts.sealRoots,
    ...(development === null ? [] : [development.caCertificate]),
  ]);
  const anchors = [...trusted, ...made.map((der) => trustAnchorFrom(parseCertificate(der)))];
  const timeStamps = openTimeStamps(config, parts, anchors, development);
  const revocation = openRevocation(config, parts, development, stopping.signal);
  return {
    timeStamps,
    revocation: revocation.source,
    anchors,
    roots:
      development !== null && config.timeStamps === 'development'
        ? [development.caCertificate]
        : [],
    health: () => ({
      timeStamps: timeStamps?.health() ?? [],
      revocation: revocation.health(),
    }),
    close: () => {
      stopping.abort();
      return Promise.resolve();
    },
  };
}

/** Made for time-stamps only; what there is speaks of the seal's certificate, too. */
async function developmentAuthority(
  { timeStamps, seal }: ServiceConfig,
  parts: SigningServiceParts,
): Promise<DevelopmentAuthorityKeys | null> {
  if (timeStamps === 'development') return openDevelopmentAuthority(parts);
  return seal === 'development' ? parts.keyStore.developmentAuthority() : null;
}

function openTimeStamps(
  config: ServiceConfig,
  parts: SigningServiceParts,
  anchors: readonly TrustAnchor[],
  development: DevelopmentAuthorityKeys | null,
): FailOverAuthority | null {
  const { clock, logger } = parts;
  const { timeStampAuthorities: settings = [] } = config;
  if (config.timeStamps === 'off') return null;
  const send = sender(
    config,
    parts,
    settings.map(({ host }) => host),
  );
  const authorities =
    config.timeStamps === 'rfc3161'
      ? settings.map((setting) => authorityOf(setting, parts, anchors, send))
      : development === null
        ? []
        : [developmentTimeStamps(development, parts)];
  return new FailOverAuthority({
    authorities,
    clock,
    onAttempt: ({ name, coolsUntil }, error) => {
      if (error !== null) logger.warn('time-stamp failed', { authority: name, coolsUntil, error });
    },
  });
}

function authorityOf(
  setting: AuthoritySetting,
  parts: SigningServiceParts,
  anchors: readonly TrustAnchor[],
  send: SendOutbound,
): TimeStampAuthority {
  const { url, policy } = setting;
  const { clock, random } = parts;
  const { host, pathname } = new URL(url);
  const name = pathname === '/' ? host : `${host}${pathname}`;
  const budget = budgetOf(setting, name, parts);
  return timeStampClient({
    ...{ name, url, policy, anchors, send, clock, random },
    toleranceMillis: CLOCK_TOLERANCE_MILLIS,
    ...(budget !== null && { budget }),
  });
}

function budgetOf(
  { url, perDay, perMonth }: AuthoritySetting,
  name: string,
  { timeStampCounts: counts, logger }: SigningServiceParts,
): RequestBudget | null {
  if (perDay === null && perMonth === null) return null;
  // A URL may have an account in it.
  const authority = sha256Hex(url);
  const remaining = (): Remaining => counts.remaining(authority, { perDay, perMonth });
  return {
    remaining,
    take: async () => {
      await counts.take(authority, { perDay, perMonth });
      const { usedUpUntil: until } = remaining();
      if (until !== null) logger.warn('time-stamp budget used up', { authority: name, until });
    },
  };
}

function openRevocation(
  config: ServiceConfig,
  parts: SigningServiceParts,
  development: DevelopmentAuthorityKeys | null,
  signal: AbortSignal,
): { source: RevocationSource; health: () => SigningHealth['revocation'] } {
  const { clock, random, logger } = parts;
  let [failed, lastFailure]: [number, RevocationFailure | null] = [0, null];
  const send = sender(config, parts, config.revocationHosts ?? []);
  const onFailure = (failure: RevocationFailure, error: unknown): void => {
    failed++;
    lastFailure = failure;
    logger.warn('revocation not known', { kind: failure.kind, host: failure.host, error });
  };
  const client = new RevocationClient({ send, clock, random, signal, onFailure });
  return {
    source: development === null ? client : developmentRevocation(development, clock, client),
    health: () => ({ failed, lastFailure }),
  };
}

function sender(
  { outboundTimeoutMillis }: ServiceConfig,
  parts: SigningServiceParts,
  hosts: readonly HostRule[],
): SendOutbound {
  return outbound({
    hosts,
    timeoutMillis: outboundTimeoutMillis,
    // What stands still for that long does not come in time either.
    idleMillis: Math.ceil(outboundTimeoutMillis / 2),
    perHost: REQUESTS_PER_HOST,
    ...parts.outbound,
  });
}

async function readTrust({ signatureTrust }: ServiceConfig): Promise<readonly TrustAnchor[]> {
  if (signatureTrust === undefined) return [];
  try {
    const bytes = await readFile(signatureTrust);
    if (bytes.length > MAX_TRUST_BYTES) throw unusable('it is larger than 1 MiB');
    return parseTrust(bytes).certificates;
  } catch (cause) {
    if (cause instanceof EvidenceError) throw unusable(cause.message, cause);
    const code = systemErrorCode(cause);
    if (code === null || cause instanceof ConfigError) throw cause;
    throw unusable(`it cannot be read (${code})`, cause);
  }
}

function unusable(reason: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'CONFIG_TRUST_UNUSABLE',
    `the file that ${environmentName('signatureTrust')} names cannot be used: ${reason}`,
    { cause },
  );
}

function distinct(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  return certificates.filter(
    (der, at) => certificates.findIndex((other) => equalBytes(der, other)) === at,
  );
}
