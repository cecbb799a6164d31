/**
 * That the file owns up to what in it was made for development. Its bytes are of format 1 and in their
 * one form if it could be read at all; whatever is not is refused by `parse-evidence` before any check.
 */
import { developmentPartsOf } from '../development-parts.js';
import type { EvidenceFile } from '../evidence-file.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';

export const FORMAT_RULES: Rules<EvidenceFile> = {
  'it names its development parts': (file) => {
    const shown = developmentPartsOf(file).join(', ');
    return (file.development ?? []).join(', ') === shown
      ? null
      : finding('format.development', { parts: shown === '' ? '–' : shown });
  },
};

export function checkFormat(
  file: EvidenceFile,
  rules: Rules<EvidenceFile> = FORMAT_RULES,
): Outcome {
  const broken = brokenRule(rules, file);
  return broken === null ? passed('math', 'format.pass') : failed(broken);
}
