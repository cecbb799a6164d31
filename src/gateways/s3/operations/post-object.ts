/** PostObject: what a browser's form uploads. Its policy has been checked by then. */
import { emptyAnswer, type S3Answer, xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { element } from '../xml-element.js';
import type { S3Operation } from './operation.js';
import { putFrom } from './put-object.js';
import { MAX_OBJECT_TAGS, readTagsText } from './tags.js';

export const postObject: S3Operation = async (parts, request) => {
  const { form } = request;
  if (form === null) throw new S3Error('InvalidRequest', 'a POST to a bucket is a form');
  const tagging = form.get('tagging');
  const tags = tagging === undefined ? {} : { tags: readTagsText(tagging, MAX_OBJECT_TAGS) };
  const answer = await putFrom(parts, request, tags);
  return formAnswer(request, answer);
};

/** As the form wants it: a redirection, a status, or nothing. */
function formAnswer(request: S3Request, { headers }: S3Answer): S3Answer {
  const { form, bucket, key, origin } = request;
  const etag = headers['etag'] ?? '';
  const location = `${origin}${encodeURI(`/${bucket ?? ''}/${key ?? ''}`)}`;
  const target = form?.get('success_action_redirect') ?? form?.get('redirect');
  const redirect = target === undefined ? null : redirection(target, [bucket, key, etag]);
  if (redirect !== null) return emptyAnswer(303, { ...headers, location: redirect });
  const told = { ...headers, location };
  const status = form?.get('success_action_status');
  if (status !== '201') return emptyAnswer(status === '200' ? 200 : 204, told);
  // Without a namespace, as S3 has it.
  const document = element('PostResponse', [
    element('Location', location),
    element('Bucket', bucket ?? ''),
    element('Key', key ?? ''),
    element('ETag', etag),
  ]);
  return { ...xmlAnswer(document, told), status: 201 };
}

/** Null of what is no address: then the form is answered as one without. */
function redirection(
  target: string,
  [bucket, key, etag]: readonly [string | null, string | null, string],
): string | null {
  if (!URL.canParse(target)) return null;
  const url = new URL(target);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const added = new URLSearchParams({ bucket: bucket ?? '', key: key ?? '', etag }).toString();
  url.search = url.search === '' ? added : `${url.search}&${added}`;
  return url.href;
}
