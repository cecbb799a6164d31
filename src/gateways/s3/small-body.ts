/** Bodies that are documents: held in memory, up to a limit of the operation's. */
import { concat } from '../../base/bytes.js';
import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';
import type { XmlElement } from './xml-element.js';
import { readXml } from './xml-reader.js';

/**
 * The whole body, checked.
 * @param maxBytes of content. @throws S3Error MaxMessageLengthExceeded, and whatever the body throws.
 */
export async function readSmallBody(
  { body }: Pick<S3Request, 'body'>,
  maxBytes: number,
): Promise<Uint8Array> {
  if (body.expectedLength !== null && body.expectedLength > maxBytes) throw tooLong(maxBytes);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > maxBytes) throw tooLong(maxBytes);
    pieces.push(piece);
  }
  return concat(...pieces);
}

/** @throws S3Error MalformedXML, also where the root has another name; and as `readSmallBody`. */
export async function readXmlBody(
  request: Pick<S3Request, 'body'>,
  rootName: string,
  maxBytes: number,
): Promise<XmlElement> {
  const root = readXml(await readSmallBody(request, maxBytes));
  if (root.name !== rootName)
    throw new S3Error('MalformedXML', `the document of this operation is a ${rootName}`);
  return root;
}

function tooLong(maxBytes: number): S3Error {
  return new S3Error(
    'MaxMessageLengthExceeded',
    `this operation takes a body of at most ${maxBytes} bytes`,
    { details: { MaxMessageLengthBytes: String(maxBytes) } },
  );
}
