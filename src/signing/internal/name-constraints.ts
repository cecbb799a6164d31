/**
 * Name constraints (RFC 5280 §4.2.1.10): which names a CA may vouch for. Every name of a certificate must
 * be within, not only one of them; and what cannot be compared counts as outside what is permitted and
 * inside what is excluded.
 */
import { type Certificate } from '../certificate.js';
import { DerFields } from '../der-fields.js';
import type { DerNode } from '../der-reader.js';
import { contextPrimitiveTag, contextTag } from '../der-tag.js';
import { readSequence } from '../der-values.js';
import { NAME_ATTRIBUTES } from '../distinguished-name.js';
import { extensionValue } from '../extension-list.js';
import { type GeneralName, readGeneralName, readGeneralNames } from '../general-names.js';
import { OID } from '../oids.js';
import { SigningError } from '../signing-error.js';
import type { ValidationBudget } from '../validation-budget.js';
import { compareWithSubtree, type Comparison } from './name-subtrees.js';

/** §6.1.2 (b) and (c). */
export interface NameConstraints {
  /** Each set is of one certificate; a name must be within some subtree of its form in each of them. */
  readonly permitted: readonly (readonly GeneralSubtree[])[];
  readonly excluded: readonly GeneralSubtree[];
}

export interface GeneralSubtree {
  readonly base: GeneralName;
  /** It has a minimum or maximum, which nobody has defined: no name can be compared with it. */
  readonly isVague: boolean;
}

export const NO_CONSTRAINTS: NameConstraints = { permitted: [], excluded: [] };

/** §6.1.4 (g): what is allowed below this certificate. @throws SigningError DER_MALFORMED, DER_LIMIT. */
export function constrainedBy(above: NameConstraints, certificate: Certificate): NameConstraints {
  const own = extensionValue(certificate.extensions.all, OID.nameConstraints, readConstraints);
  if (own === null) return above;
  return {
    permitted: own.permitted.length === 0 ? above.permitted : [...above.permitted, own.permitted],
    excluded: [...above.excluded, ...own.excluded],
  };
}

/** §6.1.3 (b) and (c): whether all names of a certificate are allowed. No, if the budget does not reach. */
export function allowsNames(
  { permitted, excluded }: NameConstraints,
  certificate: Certificate,
  budget: ValidationBudget,
): boolean {
  if (permitted.length === 0 && excluded.length === 0) return true;
  const names = namesOf(certificate);
  const subtrees = permitted.reduce((sum, set) => sum + set.length, excluded.length);
  if (!budget.takeNameComparisons(names.length * subtrees)) return false;
  return names.every(
    (name) =>
      excluded.every((subtree) => compare(name, subtree) === 'outside') &&
      permitted.every((set) => {
        const sameForm = set.filter(({ base }) => formOf(base) === formOf(name));
        return (
          sameForm.length === 0 || sameForm.some((subtree) => compare(name, subtree) === 'within')
        );
      }),
  );
}

const MAX_SUBTREES = 1_024;
const MAX_NAMES = 1_024;

/** The subject, its addresses, and all alternative names. */
function namesOf({ subject, extensions }: Certificate): readonly GeneralName[] {
  const alternative = extensionValue(extensions.all, OID.subjectAltName, (node) =>
    readGeneralNames(node),
  );
  const addresses = subject.attributes
    .filter(({ oid }) => oid === NAME_ATTRIBUTES.emailAddress)
    // An address that is no text cannot be compared, and so is not within anything.
    .map(({ value }): GeneralName => ({ kind: 'email', value: value ?? '' }));
  const directory: readonly GeneralName[] =
    subject.attributes.length === 0 ? [] : [{ kind: 'directory', name: subject }];
  if (alternative !== null && alternative.length > MAX_NAMES)
    throw new SigningError('DER_LIMIT', `a certificate has more than ${MAX_NAMES} names`);
  return [...directory, ...addresses, ...(alternative ?? [])];
}

function compare(name: GeneralName, { base, isVague }: GeneralSubtree): Comparison {
  if (formOf(name) !== formOf(base)) return 'outside';
  return isVague ? 'unclear' : compareWithSubtree(name, base);
}

function formOf(name: GeneralName): string {
  return name.kind === 'other' ? `other ${name.form}` : name.kind;
}

function readConstraints(node: DerNode): {
  permitted: readonly GeneralSubtree[];
  excluded: readonly GeneralSubtree[];
} {
  const fields = DerFields.of(node);
  const permitted = fields.optional(contextTag(0));
  const excluded = fields.optional(contextTag(1));
  fields.end();
  if (permitted === undefined && excluded === undefined)
    throw new SigningError('DER_MALFORMED', 'name constraints constrain nothing');
  return { permitted: readSubtrees(permitted, 0), excluded: readSubtrees(excluded, 1) };
}

function readSubtrees(node: DerNode | undefined, number: number): readonly GeneralSubtree[] {
  if (node === undefined) return [];
  const subtrees = readSequence(node, contextTag(number));
  if (subtrees.length === 0)
    throw new SigningError('DER_MALFORMED', 'a list of name constraints is empty');
  if (subtrees.length > MAX_SUBTREES)
    throw new SigningError('DER_LIMIT', `more than ${MAX_SUBTREES} name constraints`);
  return subtrees.map((subtree) => {
    const fields = DerFields.of(subtree);
    const base = readGeneralName(fields.next());
    const minimum = fields.optional(contextPrimitiveTag(0));
    const maximum = fields.optional(contextPrimitiveTag(1));
    fields.end();
    return { base, isVague: minimum !== undefined || maximum !== undefined };
  });
}
