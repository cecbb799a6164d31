/**
 * Where a CRL is to be found and what it is about (RFC 5280 §4.2.1.13, §5.2.5): the distribution points
 * in a certificate, and the one that a CRL says it is of.
 */
import { toHex } from '../base/bytes.js';
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { contextPrimitiveTag, contextTag } from './der-tag.js';
import { readBoolean, readNamedBits, readSequence } from './der-values.js';
import { type DistinguishedName, nameBelow } from './distinguished-name.js';
import { type GeneralName, readGeneralNames } from './general-names.js';
import { SigningError } from './signing-error.js';

/** A set of reasons for revocation, bit n standing for the reason of that number in ReasonFlags. */
export type ReasonMask = number;
/** RFC 5280 §6.3.2: keyCompromise (1) to aACompromise (8). */
export const ALL_REASONS: ReasonMask = 0b1_1111_1110;

export interface DistributionPoint {
  readonly name: DistributionPointName | null;
  readonly reasons: ReasonMask;
  /** Who issues the CRL, if not the issuer of the certificate. */
  readonly cRLIssuer: readonly GeneralName[] | null;
}

export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | null;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCaCerts: boolean;
  readonly onlyContainsAttributeCerts: boolean;
  readonly reasons: ReasonMask;
  readonly isIndirect: boolean;
}

export type DistributionPointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  /** Below the name of whoever issues the CRL. */
  | { readonly kind: 'relative'; readonly members: readonly DerNode[] };

/** Of cRLDistributionPoints and freshestCRL. @throws SigningError DER_MALFORMED, DER_LIMIT. */
export function readDistributionPoints(node: DerNode): readonly DistributionPoint[] {
  const points = readSequence(node);
  if (points.length === 0) throw malformed('there is no distribution point');
  if (points.length > MAX_POINTS)
    throw new SigningError('DER_LIMIT', `more than ${MAX_POINTS} distribution points`);
  return points.map(readDistributionPoint);
}

/** @throws SigningError DER_MALFORMED. */
export function readIssuingDistributionPoint(node: DerNode): IssuingDistributionPoint {
  const fields = DerFields.of(node);
  const name = fields.optional(contextTag(0));
  const flag = (number: number): boolean => {
    const field = fields.optional(contextPrimitiveTag(number));
    return field !== undefined && readBoolean(field, contextPrimitiveTag(number));
  };
  const onlyContainsUserCerts = flag(1);
  const onlyContainsCaCerts = flag(2);
  const reasons = fields.optional(contextPrimitiveTag(3));
  const isIndirect = flag(4);
  const onlyContainsAttributeCerts = flag(5);
  fields.end();
  return {
    name: name === undefined ? null : readPointName(name),
    onlyContainsUserCerts,
    onlyContainsCaCerts,
    onlyContainsAttributeCerts,
    reasons: readReasons(reasons, contextPrimitiveTag(3)),
    isIndirect,
  };
}

/**
 * The names of a point as texts that are equal where the names are; those of forms that we do not compare
 * are equal to nothing, and left out. @throws SigningError DER_MALFORMED.
 */
export function comparableNames(
  name: DistributionPointName,
  crlIssuer: DistinguishedName,
): readonly string[] {
  return name.kind === 'relative'
    ? [`directory ${nameBelow(crlIssuer, name.members)}`]
    : name.names.flatMap(comparableName);
}

export function comparableName(name: GeneralName): readonly string[] {
  switch (name.kind) {
    case 'directory':
      return [`directory ${name.name.comparable}`];
    case 'ip':
      return [`ip ${toHex(name.bytes)}`];
    case 'other':
      return [];
    default:
      return [`${name.kind} ${name.value}`];
  }
}

/** Where a client may ask, as written; nothing has been checked about it. */
export function urisOf(points: readonly DistributionPoint[]): readonly string[] {
  return points.flatMap(({ name }) =>
    name?.kind === 'full'
      ? name.names.flatMap((each) => (each.kind === 'uri' ? [each.value] : []))
      : [],
  );
}

const MAX_POINTS = 32;

function readDistributionPoint(node: DerNode): DistributionPoint {
  const fields = DerFields.of(node);
  const name = fields.optional(contextTag(0));
  const reasons = fields.optional(contextPrimitiveTag(1));
  const issuer = fields.optional(contextTag(2));
  fields.end();
  // RFC 5280 §4.2.1.13: reasons alone would be a place that nobody can find.
  if (name === undefined && issuer === undefined)
    throw malformed('a distribution point has neither name nor issuer');
  return {
    name: name === undefined ? null : readPointName(name),
    reasons: readReasons(reasons, contextPrimitiveTag(1)),
    cRLIssuer: issuer === undefined ? null : readGeneralNames(issuer, contextTag(2)),
  };
}

/** A CHOICE under its own EXPLICIT tag. */
function readPointName(node: DerNode): DistributionPointName {
  const [choice, ...more] = readSequence(node, contextTag(0));
  if (choice === undefined || more.length > 0)
    throw malformed('a distribution point does not have exactly one name');
  if (choice.tag === contextTag(0))
    return { kind: 'full', names: readGeneralNames(choice, contextTag(0)) };
  return { kind: 'relative', members: readSequence(choice, contextTag(1)) };
}

function readReasons(node: DerNode | undefined, tag: number): ReasonMask {
  if (node === undefined) return ALL_REASONS;
  let mask = 0;
  for (const bit of readNamedBits(node, tag)) if (bit < 9) mask |= 1 << bit;
  return mask & ALL_REASONS;
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
