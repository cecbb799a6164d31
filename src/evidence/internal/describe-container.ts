/** The container of a report, and who signed it, as labelled lines of text. */
import type { ContainerSummary } from '../verification-report.js';
import { describeValidation, type Line, type Say } from './describe.js';

export function describeContainer({ kind, files, signatures }: ContainerSummary, say: Say): Line[] {
  return [
    ['label.container', say(`value.container.${kind}`, { count: files.length })],
    ...signatures.flatMap((signature, at): Line[] => [
      ['label.signature', say('value.container.signature', { number: at + 1 })],
      ...describeValidation(signature, say),
    ]),
  ];
}
