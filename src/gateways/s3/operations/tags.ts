/** Tags: of buckets and objects, in XML and in headers (Amazon S3 User Guide, "Object tagging"). */
import type { Texts } from '../../../files/texts.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { readXmlBody } from '../small-body.js';
import {
  child,
  children,
  childText,
  element,
  s3Document,
  type XmlElement,
} from '../xml-element.js';
import { readXml } from '../xml-reader.js';

export const MAX_OBJECT_TAGS = 10;
export const MAX_BUCKET_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
/** What the most and longest tags can take, each character of four bytes, escaped. */
const MAX_BODY = 256 * 1024;

export function tagsDocument(tags: Texts): XmlElement {
  const items = Object.entries(tags).map(([key, value]) =>
    element('Tag', [element('Key', key), element('Value', value)]),
  );
  return s3Document('Tagging', [element('TagSet', items)]);
}

/** @throws S3Error MalformedXML, InvalidTag, BadRequest, and as `readXmlBody`. */
export async function readTagsBody(request: S3Request, maximum: number): Promise<Texts> {
  return readTagsDocument(await readXmlBody(request, 'Tagging', MAX_BODY), maximum);
}

/** Of the form's field `tagging`. */
export function readTagsText(text: string, maximum: number): Texts {
  const root = readXml(Buffer.from(text));
  if (root.name !== 'Tagging') throw new S3Error('MalformedXML', 'tags are a document Tagging');
  return readTagsDocument(root, maximum);
}

function readTagsDocument(root: XmlElement, maximum: number): Texts {
  const set = child(root, 'TagSet');
  if (set === null) throw new S3Error('MalformedXML', 'a document Tagging has one TagSet');
  const pairs = children(set, 'Tag').map((tag) => {
    const key = childText(tag, 'Key');
    const value = childText(tag, 'Value');
    if (key === null || value === null)
      throw new S3Error('MalformedXML', 'a Tag has one Key and one Value');
    return [key, value] as const;
  });
  return checkedTags(pairs, maximum);
}

/** Of the header `x-amz-tagging`: as the query of a URL. @throws S3Error InvalidTag. */
export function readTagsHeader(value: string): Texts {
  return checkedTags([...new URLSearchParams(value)], MAX_OBJECT_TAGS);
}

function checkedTags(pairs: readonly (readonly [string, string])[], maximum: number): Texts {
  if (pairs.length > maximum) throw invalid(`at most ${maximum} tags are kept`);
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_KEY)
      throw invalid(`a tag's key has 1 to ${MAX_KEY} characters`);
    if (value.length > MAX_VALUE)
      throw invalid(`a tag's value has at most ${MAX_VALUE} characters`);
    if (!key.isWellFormed() || !value.isWellFormed()) throw invalid('tags are Unicode');
  }
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) throw invalid('a key stands twice');
  // Without a prototype no key means anything else.
  return Object.fromEntries(pairs);
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidTag', message);
}
