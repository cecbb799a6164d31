/** Checksums of objects: as S3 names them in headers and documents, and as files keep them. */
import type { FileChecksums } from '../../../files/file-change.js';
import { type ChecksumName, CHECKSUMS } from '../../../files/stored-content.js';
import { checksumHeader, parseChecksumAlgorithm } from '../checksum.js';
import { S3Error } from '../s3-error.js';
import type { ChecksumAlgorithm, S3Checksum, S3Headers } from '../s3-request.js';
import { element, type XmlElement } from '../xml-element.js';

export type Sums = Readonly<Partial<Record<ChecksumName, string>>>;

export function nameOf(algorithm: ChecksumAlgorithm): ChecksumName {
  return algorithm.toLowerCase() as ChecksumName;
}

export function algorithmOf(name: ChecksumName): ChecksumAlgorithm {
  return name.toUpperCase() as ChecksumAlgorithm;
}

export function sumsOf(checksums: readonly S3Checksum[]): Sums {
  return Object.fromEntries(checksums.map(({ algorithm, value }) => [nameOf(algorithm), value]));
}

/** What is kept of content that came in one piece; undefined where the client sent none. */
export function fullChecksums(sums: Sums): FileChecksums | undefined {
  return Object.keys(sums).length === 0 ? undefined : { ...sums, type: 'FULL_OBJECT' };
}

export function checksumHeaders(of: Summed): Record<string, string> {
  const values = valuesOf(of);
  if (values.length === 0) return {};
  const type = of.checksums?.type;
  return {
    ...Object.fromEntries(
      values.map(([name, value]) => [checksumHeader(algorithmOf(name)), value] as const),
    ),
    ...(type !== undefined && { 'x-amz-checksum-type': type }),
  };
}

/** A version, or a part. */
interface Summed {
  readonly etag: string;
  readonly checksums: FileChecksums | null;
}

/** Behind one of parts S3 says how many there are, as behind the ETag. */
function valuesOf({ etag, checksums }: Summed): readonly (readonly [ChecksumName, string])[] {
  const count = /-\d+$/.exec(etag)?.[0] ?? '';
  const suffix = checksums?.type === 'COMPOSITE' ? count : '';
  return CHECKSUMS.flatMap((name) => {
    const value = checksums?.[name];
    return value === undefined ? [] : [[name, `${value}${suffix}`] as const];
  });
}

/** `ChecksumCRC32` and so on, and the type. */
export function checksumElements(of: Summed): readonly XmlElement[] {
  const values = valuesOf(of).map(([name, value]) =>
    element(`Checksum${algorithmOf(name)}`, value),
  );
  const type = of.checksums?.type;
  return values.length === 0 || type === undefined
    ? values
    : [...values, element('ChecksumType', type)];
}

/** Of lists: which algorithms, and the type. */
export function algorithmElements(sums: FileChecksums | null): readonly XmlElement[] {
  if (sums === null) return [];
  const names = CHECKSUMS.filter((name) => sums[name] !== undefined);
  if (names.length === 0) return [];
  return [
    ...names.map((name) => element('ChecksumAlgorithm', algorithmOf(name))),
    ...(sums.type === undefined ? [] : [element('ChecksumType', sums.type)]),
  ];
}

/** The one that a request wants to be made. @throws S3Error InvalidRequest. */
export function readAlgorithm(headers: S3Headers): ChecksumName | null {
  const text = headers.get('x-amz-checksum-algorithm');
  if (text === undefined) return null;
  const algorithm = parseChecksumAlgorithm(text);
  if (algorithm === null)
    throw new S3Error('InvalidRequest', 'x-amz-checksum-algorithm is none that S3 has');
  return nameOf(algorithm);
}
