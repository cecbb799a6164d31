/**
 * Certificate policies (RFC 5280 §6.1) as the graph of RFC 9618: the tree of RFC 5280 has a node for every
 * way down to a policy, and a few hostile certificates make it larger than any memory. The graph has one
 * node for each policy at a depth.
 */
import type { Certificate } from '../certificate.js';
import { DerFields } from '../der-fields.js';
import type { DerNode } from '../der-reader.js';
import { contextPrimitiveTag, TAG } from '../der-tag.js';
import { readOid, readSequence, readSmallInteger } from '../der-values.js';
import { extensionValue } from '../extension-list.js';
import { OID } from '../oids.js';
import type { PolicyInputs } from '../path-policies.js';
import { SigningError } from '../signing-error.js';

/** What has been carried from the anchor down to here; §6.1.2 (a) and (d) to (f). */
export interface PolicyState {
  /** Nodes by their policy, above all of the anchor; an empty level is a graph that is NULL. */
  readonly levels: readonly PolicyLevel[];
  /** Certificates that may still follow before a policy is needed, mapping ends, anyPolicy ends. */
  readonly explicitPolicy: number;
  readonly policyMapping: number;
  readonly inhibitAnyPolicy: number;
}

type PolicyLevel = ReadonlyMap<string, PolicyNode>;

interface PolicyNode {
  readonly policy: string;
  readonly expected: ReadonlySet<string>;
  /** All are nodes of the level above. */
  readonly parents: readonly PolicyNode[];
}

export function initialPolicyState(inputs: PolicyInputs, pathLength: number): PolicyState {
  const unless = (isSet: boolean | undefined): number => (isSet === true ? 0 : pathLength + 1);
  return {
    levels: [new Map([[OID.anyPolicy, policyNode(OID.anyPolicy, [])]])],
    explicitPolicy: unless(inputs.requireExplicitPolicy),
    policyMapping: unless(inputs.inhibitPolicyMapping),
    inhibitAnyPolicy: unless(inputs.inhibitAnyPolicy),
  };
}

/** §6.1.3 (d) to (f). Null if a policy is needed and none is left. @throws SigningError DER_MALFORMED. */
export function withPoliciesOf(
  state: PolicyState,
  certificate: Certificate,
  mayUseAnyPolicy: boolean,
): PolicyState | null {
  const policies = readPolicies(certificate);
  const above = state.levels.at(-1) ?? new Map<string, PolicyNode>();
  const level = policies === null ? new Map() : nextLevel(above, policies, mayUseAnyPolicy);
  if (state.explicitPolicy === 0 && level.size === 0) return null;
  return { ...state, levels: [...state.levels, level] };
}

/** §6.1.4 (a), (b) and (h) to (j), for a certificate that stands above another. @throws as above. */
export function preparedForNext(
  state: PolicyState,
  certificate: Certificate,
  isSelfIssued: boolean,
): PolicyState {
  const { all } = certificate.extensions;
  const mappings = extensionValue(all, OID.policyMappings, readMappings);
  const constraints = extensionValue(all, OID.policyConstraints, readConstraints);
  const skipCerts = extensionValue(all, OID.inhibitAnyPolicy, (node) => readSmallInteger(node));
  const next = (left: number): number => (isSelfIssued || left === 0 ? left : left - 1);
  const narrowed = (left: number, limit: number | null | undefined): number =>
    limit === null || limit === undefined ? next(left) : Math.min(next(left), limit);
  return {
    levels: mappings === null ? state.levels : mapped(state, mappings),
    explicitPolicy: narrowed(state.explicitPolicy, constraints?.requireExplicitPolicy),
    policyMapping: narrowed(state.policyMapping, constraints?.inhibitPolicyMapping),
    inhibitAnyPolicy: narrowed(state.inhibitAnyPolicy, skipCerts),
  };
}

/** §6.1.5 (a), (b) and (g), for the target: whether the policies that remain are enough. @throws as above. */
export function satisfiesPolicies(
  state: PolicyState,
  target: Certificate,
  accepted: ReadonlySet<string> | null,
): boolean {
  const constraints = extensionValue(target.extensions.all, OID.policyConstraints, readConstraints);
  const isNeeded = state.explicitPolicy <= 1 || constraints?.requireExplicitPolicy === 0;
  return !isNeeded || hasAcceptedPolicy(state.levels, accepted);
}

const MAX_POLICIES = 128;

function policyNode(
  policy: string,
  parents: readonly PolicyNode[],
  expected: ReadonlySet<string> = new Set([policy]),
): PolicyNode {
  return { policy, parents, expected };
}

/** §6.1.3 (d) (1) and (2). */
function nextLevel(
  above: PolicyLevel,
  policies: ReadonlySet<string>,
  mayUseAnyPolicy: boolean,
): PolicyLevel {
  const level = new Map<string, PolicyNode>();
  const expecting = new Map<string, PolicyNode[]>();
  for (const node of above.values())
    for (const policy of node.expected) {
      const nodes = expecting.get(policy);
      if (nodes === undefined) expecting.set(policy, [node]);
      else nodes.push(node);
    }
  const any = above.get(OID.anyPolicy);
  for (const policy of policies) {
    if (policy === OID.anyPolicy) continue;
    const parents = expecting.get(policy) ?? (any === undefined ? [] : [any]);
    if (parents.length > 0) level.set(policy, policyNode(policy, parents));
  }
  if (mayUseAnyPolicy && policies.has(OID.anyPolicy))
    for (const [policy, parents] of expecting)
      if (!level.has(policy)) level.set(policy, policyNode(policy, parents));
  return level;
}

/** §6.1.4 (b), on the lowest level. */
function mapped(
  { levels, policyMapping }: PolicyState,
  mappings: ReadonlyMap<string, ReadonlySet<string>>,
): readonly PolicyLevel[] {
  const level = new Map(levels.at(-1));
  const any = level.get(OID.anyPolicy);
  for (const [issuerPolicy, subjectPolicies] of mappings) {
    const node = level.get(issuerPolicy);
    if (policyMapping === 0) level.delete(issuerPolicy);
    else if (node !== undefined)
      level.set(issuerPolicy, policyNode(issuerPolicy, node.parents, subjectPolicies));
    else if (any !== undefined)
      level.set(issuerPolicy, policyNode(issuerPolicy, any.parents, subjectPolicies));
  }
  return [...levels.slice(0, -1), level];
}

/** §6.1.5 (g), walked from the target up, so that branches which ended on the way do not count. */
function hasAcceptedPolicy(
  levels: readonly PolicyLevel[],
  accepted: ReadonlySet<string> | null,
): boolean {
  const lowest = levels.at(-1);
  if (lowest === undefined || lowest.size === 0) return false;
  if (accepted === null || accepted.has(OID.anyPolicy)) return true;
  if (lowest.has(OID.anyPolicy)) return accepted.size > 0;
  const seen = new Set<PolicyNode>(lowest.values());
  // A Set is walked in the order of its insertions, those made on the way included.
  for (const node of seen) {
    // The policy that an authority named first, before any mapping, is the one that users know.
    const isFirst = node.parents.some(({ policy }) => policy === OID.anyPolicy);
    if (isFirst && accepted.has(node.policy)) return true;
    for (const parent of node.parents) seen.add(parent);
  }
  return false;
}

function readPolicies({ extensions }: Certificate): ReadonlySet<string> | null {
  return extensionValue(extensions.all, OID.certificatePolicies, (node) => {
    const policies = bounded(readSequence(node)).map((information) => {
      const fields = DerFields.of(information);
      const policy = readOid(fields.next());
      // Qualifiers: a URI and a notice for people (RFC 5280 §4.2.1.4).
      fields.optional(TAG.sequence);
      fields.end();
      return policy;
    });
    if (policies.length === 0 || new Set(policies).size !== policies.length)
      throw malformed('the certificate policies are empty or one occurs twice');
    return new Set(policies);
  });
}

function readMappings(node: DerNode): ReadonlyMap<string, ReadonlySet<string>> {
  const mappings = new Map<string, Set<string>>();
  for (const mapping of bounded(readSequence(node))) {
    const fields = DerFields.of(mapping);
    const [issuerPolicy, subjectPolicy] = [readOid(fields.next()), readOid(fields.next())];
    fields.end();
    // §6.1.4 (a).
    if (issuerPolicy === OID.anyPolicy || subjectPolicy === OID.anyPolicy)
      throw malformed('anyPolicy is mapped');
    const known = mappings.get(issuerPolicy);
    if (known === undefined) mappings.set(issuerPolicy, new Set([subjectPolicy]));
    else known.add(subjectPolicy);
  }
  return mappings;
}

interface PolicyConstraints {
  readonly requireExplicitPolicy: number | null;
  readonly inhibitPolicyMapping: number | null;
}

function readConstraints(node: DerNode): PolicyConstraints {
  const fields = DerFields.of(node);
  const requireExplicit = fields.optional(contextPrimitiveTag(0));
  const inhibitMapping = fields.optional(contextPrimitiveTag(1));
  fields.end();
  const count = (field: DerNode | undefined, number: number): number | null =>
    field === undefined ? null : readSmallInteger(field, contextPrimitiveTag(number));
  return {
    requireExplicitPolicy: count(requireExplicit, 0),
    inhibitPolicyMapping: count(inhibitMapping, 1),
  };
}

function bounded(nodes: readonly DerNode[]): readonly DerNode[] {
  if (nodes.length > MAX_POLICIES)
    throw new SigningError('DER_LIMIT', `more than ${MAX_POLICIES} certificate policies`);
  return nodes;
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
