/**
 * Certificates of the embedded development authority carry this organization, and reports that
 * rest on them say so: nobody should take a seal made without configuration for a real one.
 */
import { type DistinguishedName, nameAttribute } from './distinguished-name.js';

export const DEVELOPMENT_ORGANIZATION = 'DEVELOPMENT ONLY';

/** A help to the honest, not a defence: whoever wants to deceive leaves the mark out. */
export function isDevelopmentName(name: DistinguishedName): boolean {
  return nameAttribute(name, 'O') === DEVELOPMENT_ORGANIZATION;
}
