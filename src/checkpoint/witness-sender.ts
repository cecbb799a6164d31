/** The way out to the witnesses of a policy, and to nobody else (docs/decisions/0024-outbound-requests.md). */
import { type HostRule, parseHostRule } from '../keys/outbound-host.js';
import type { SendOutbound } from '../keys/outbound-message.js';
import { outbound } from '../keys/outbound.js';
import type { WitnessPolicy } from '../tlog/witness-policy.js';
import { WitnessClientError } from './witness-client-error.js';

export interface WitnessSenderOptions {
  /** Hosts of the policy that may lie in a private network: `witness.internal:8790`. */
  readonly internal: readonly string[];
  /** PEM, instead of the authorities that Node trusts. */
  readonly tlsAuthorities?: string;
}

const TIMEOUT_MILLIS = 10_000;
const IDLE_MILLIS = 5_000;
const PER_HOST = 4;

/** @throws WitnessClientError WITNESS_WITHOUT_URL for a URL of the policy that is not http or https. */
export function witnessSender(
  { witnesses }: Pick<WitnessPolicy, 'witnesses'>,
  { internal, tlsAuthorities }: WitnessSenderOptions,
): SendOutbound {
  const urls = witnesses.flatMap(({ url }) => (url === null ? [] : [url]));
  return outbound({
    hosts: urls.map((url) => hostRule(url, internal)),
    timeoutMillis: TIMEOUT_MILLIS,
    idleMillis: IDLE_MILLIS,
    perHost: PER_HOST,
    ...(tlsAuthorities !== undefined && { tlsAuthorities }),
  });
}

function hostRule(url: string, internal: readonly string[]): HostRule {
  const { host, protocol } = URL.canParse(url) ? new URL(url) : { host: '', protocol: '' };
  const isHttp = /^https?:$/.test(protocol);
  const rule = isHttp ? parseHostRule(host, { isInternal: internal.includes(host) }) : null;
  if (rule !== null) return rule;
  throw new WitnessClientError(
    'WITNESS_WITHOUT_URL',
    'the policy has a URL of a witness that is not http or https, or of no host that can be asked',
  );
}
