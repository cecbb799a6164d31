/**
 * What a dishonest operator could make with all its keys: everything signed, hashed and anchored as it
 * should be, and one thing not true. Each must fail in the check that is there for it.
 */
import { FORGERIES_OF_ANCHORS } from './forgeries-of-anchors.js';
import { FORGERIES_OF_AUTHOR } from './forgeries-of-author.js';
import { FORGERIES_OF_ENTRY } from './forgeries-of-entry.js';
import { FORGERIES_OF_LOG } from './forgeries-of-log.js';
import type { Forgery } from './forgery.js';

export const FORGERIES: readonly Forgery[] = [
  ...FORGERIES_OF_ENTRY,
  ...FORGERIES_OF_AUTHOR,
  ...FORGERIES_OF_LOG,
  ...FORGERIES_OF_ANCHORS,
];
