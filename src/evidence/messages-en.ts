/**
 * The texts of reports in English, by code. Another language is another object with the same codes; codes
 * and the facts that stand in braces never change with it.
 */
import { ENGLISH_COLLECTION } from './internal/english-collection.js';
import { ENGLISH_CONTAINER } from './internal/english-container.js';
import { ENGLISH_FILES } from './internal/english-files.js';
import { ENGLISH_FINDINGS } from './internal/english-findings.js';
import { ENGLISH_REPORT } from './internal/english-report.js';

export const ENGLISH = {
  ...ENGLISH_REPORT,
  ...ENGLISH_FINDINGS,
  ...ENGLISH_COLLECTION,
  ...ENGLISH_CONTAINER,
  ...ENGLISH_FILES,
} as const satisfies Readonly<Record<string, string>>;

export type MessageCode = keyof typeof ENGLISH;
export type Catalogue = Readonly<Record<MessageCode, string>>;
