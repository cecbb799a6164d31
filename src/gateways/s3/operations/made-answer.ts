/** Answers to what makes a version out of content that is here: it is read once, which takes its time. */
import type { Version } from '../../../files/drive-port.js';
import { type S3Answer, xmlAnswer } from '../s3-answer.js';
import type { XmlElement } from '../xml-element.js';
import type { Bucket } from './bucket-access.js';
import { madeVersionHeader } from './object-access.js';

/** From here on clients would wait too long for the first byte of the answer. */
export const LONG_BYTES = 1024 ** 3;

export interface Making {
  readonly bucket: Bucket;
  readonly make: () => Promise<Version>;
  readonly documentOf: (version: Version) => XmlElement;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param isLong then it is begun when the headers have been decided: these cannot name the version. */
export async function madeAnswer(
  isLong: boolean,
  { bucket, make, documentOf, headers = {} }: Making,
): Promise<S3Answer> {
  if (isLong) {
    const document = async (): Promise<XmlElement> => documentOf(await make());
    return { status: 200, headers, body: { kind: 'late-xml', document } };
  }
  const version = await make();
  return xmlAnswer(documentOf(version), { ...headers, ...madeVersionHeader(bucket, version) });
}
