/** What the caller of a path validation asks of certificate policies (RFC 5280 §6.1.1 (c), (e), (f), (g)). */
export interface PolicyInputs {
  /** OIDs of the policies that are acceptable; null is any. */
  readonly initialPolicies: ReadonlySet<string> | null;
  readonly requireExplicitPolicy?: boolean;
  readonly inhibitPolicyMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
}

export const ANY_POLICY: PolicyInputs = { initialPolicies: null };
