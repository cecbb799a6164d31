/** Files that a verifier gave, and what each of them is, as labelled lines of text. */
import type { ComparedFile, FileMatch } from '../compared-file.js';
import type { Line, Say } from './describe.js';

export function describeCompared(files: readonly ComparedFile[], say: Say): Line[] {
  return files.flatMap(({ is, ...file }): Line[] => [
    ['label.compared', say('value.compared', { ...file })],
    ...(is.length === 0
      ? [['label.is', say('value.is.nothing')] as const]
      : is.map((match): Line => ['label.is', describeMatch(match, say)])),
  ]);
}

function describeMatch(match: FileMatch, say: Say): string {
  const { index } = match;
  if (match.kind === 'content') return say('value.is.content', { index });
  const { number, name } = match;
  return name === undefined
    ? say('value.is.attachment', { index, number })
    : say('value.is.attachment.named', { index, number, name });
}
