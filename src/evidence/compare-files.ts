/** Files that a verifier has, held against what a report says of attachments and of files. */
import type { LeafIndex } from '../base/brand.js';
import type { AttachmentDescription } from '../records/attachment.js';
import type { FileContent } from '../records/file-content.js';
import type { ComparedFile, FileMatch, GivenFile } from './compared-file.js';
import { type FileReport, isCollectionReport } from './verify-file.js';

/**
 * By SHA-256 and size: names say nothing. What a check that failed stands for is not in the report, and nothing is
 * found there.
 */
export function compareFiles(
  report: FileReport,
  files: readonly GivenFile[],
): readonly ComparedFile[] {
  const entries = isCollectionReport(report) ? report.entries : [report.entry ?? []].flat();
  return files.map((file) => ({
    ...file,
    is: entries.flatMap(({ index, brings, disclosed }) => [
      ...(isContent(file, brings) ? [{ kind: 'content' as const, index }] : []),
      ...attachedAs(file, index, disclosed?.attachments ?? []),
    ]),
  }));
}

function attachedAs(
  file: GivenFile,
  index: LeafIndex,
  attachments: readonly AttachmentDescription[],
): FileMatch[] {
  return attachments.flatMap((attachment, at) => {
    const { name } = attachment;
    if (!isContent(file, attachment)) return [];
    return [{ kind: 'attachment', index, number: at + 1, ...(name !== undefined && { name }) }];
  });
}

function isContent(file: GivenFile, content: Omit<FileContent, 'mediaType'> | undefined): boolean {
  return content?.sha256 === file.sha256 && content.size === file.size;
}
