/**
 * What certificates, CRLs and OCSP responses of former times were signed with: checked where a policy asks
 * for it, never signed with. No policy of ours accepts any; whoever must judge an old path brings one that
 * does. DSA as FIPS 186-4 has it, named by RFC 3279 §2.2.2 and RFC 5758 §3.1.
 */
import { OID } from './oids.js';

export interface RetiredAlgorithm {
  readonly name: 'dsa-sha1' | 'dsa-sha256';
  readonly scheme: 'dsa';
  readonly oid: string;
  readonly digest: { readonly name: 'sha1' | 'sha256' };
  readonly keyKinds: readonly ['dsa'];
  readonly saltLength: 0;
}

export const RETIRED_ALGORITHMS: Readonly<Record<RetiredAlgorithm['name'], RetiredAlgorithm>> = {
  'dsa-sha1': dsa('sha1', OID.dsaWithSha1),
  'dsa-sha256': dsa('sha256', OID.dsaWithSha256),
};

function dsa(digest: 'sha1' | 'sha256', oid: string): RetiredAlgorithm {
  return {
    name: `dsa-${digest}`,
    scheme: 'dsa',
    oid,
    digest: { name: digest },
    keyKinds: ['dsa'],
    saltLength: 0,
  };
}
