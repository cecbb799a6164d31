/**
 * Which addresses a node may connect to. A URL out of a stranger's certificate must not make the node
 * knock at doors that only it can reach: its own, its network's, the metadata service of its cloud.
 */
import ipaddr from 'ipaddr.js';

export type AddressKind =
  /** Of the public internet. */
  | 'public'
  /** Of this machine or a private network: reached where the operator says so. */
  | 'internal'
  /** Nobody serves revocation or time-stamps there. */
  | 'refused';

/** RFC 1122, RFC 1918, RFC 6598, RFC 4193, by the names that ipaddr.js has for them. */
const INTERNAL: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'carrierGradeNat',
  'uniqueLocal',
]);
/**
 * Metadata services that do not lie in 169.254.0.0/16: of Azure, in the middle of public addresses;
 * of Alibaba, in the shared ones; of AWS, in the unique local ones.
 */
const METADATA: ReadonlySet<string> = new Set([
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
]);
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');

/** @param address as a resolver gives it; IPv4 in the clothes of IPv6 is taken for what it is. */
export function addressKind(address: string): AddressKind {
  if (!ipaddr.isValid(address)) return 'refused';
  const parsed = ipaddr.process(address);
  if (METADATA.has(parsed.toString())) return 'refused';
  const range = parsed.range();
  if (INTERNAL.has(range)) return 'internal';
  if (range !== 'unicast') return 'refused';
  // ipaddr.js calls whatever no table names unicast; of IPv6 only this block is given out (RFC 4291 §2.4).
  const isGiven = !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST, 3);
  return isGiven ? 'public' : 'refused';
}
