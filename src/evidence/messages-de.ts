/**
 * The texts of reports in German. Same codes and same facts as in English (`messages-en`); reasons that
 * parsers give, which stand as facts in some sentences, are English here too.
 */
import { GERMAN_COLLECTION } from './internal/german-collection.js';
import { GERMAN_CONTAINER } from './internal/german-container.js';
import { GERMAN_FILES } from './internal/german-files.js';
import { GERMAN_FINDINGS } from './internal/german-findings.js';
import { GERMAN_REPORT } from './internal/german-report.js';
import type { Catalogue } from './messages-en.js';

export const GERMAN: Catalogue = {
  ...GERMAN_REPORT,
  ...GERMAN_FINDINGS,
  ...GERMAN_COLLECTION,
  ...GERMAN_CONTAINER,
  ...GERMAN_FILES,
};
