/** GetBucketCors, PutBucketCors, DeleteBucketCors, and the preflight of browsers. */
import { without } from '../../../base/without.js';
import { emptyAnswer, xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { children, childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { findBucket } from './bucket-access.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import {
  CORS_METHODS,
  CORS_TEXT,
  corsAnswer,
  corsFromJson,
  type CorsRule,
  corsToJson,
  MAX_ITEMS,
  MAX_RULES,
} from './cors-rules.js';
import type { S3Operation } from './operation.js';

/** As Amazon S3 has it. */
const MAX_BODY = 64 * 1024;

export const getBucketCors: S3Operation = async (parts, request) => {
  const { cors } = (await openOwnBucket(parts, request)).settings;
  if (cors === undefined)
    throw new S3Error('NoSuchCORSConfiguration', 'the bucket has no CORS configuration');
  return xmlAnswer(s3Document('CORSConfiguration', cors.map(corsFromJson).map(ruleElement)));
};

function ruleElement({
  id,
  origins,
  methods,
  headers,
  exposed,
  maxAgeSeconds,
}: CorsRule): XmlElement {
  const each = (name: string, texts: readonly string[] = []): readonly XmlElement[] =>
    texts.map((text) => element(name, text));
  return element('CORSRule', [
    ...(id === undefined ? [] : [element('ID', id)]),
    ...each('AllowedMethod', methods),
    ...each('AllowedOrigin', origins),
    ...each('AllowedHeader', headers),
    ...each('ExposeHeader', exposed),
    ...(maxAgeSeconds === undefined ? [] : [element('MaxAgeSeconds', maxAgeSeconds)]),
  ]);
}

export const putBucketCors: S3Operation = setting(
  async (request) => {
    const rules = children(await readXmlBody(request, 'CORSConfiguration', MAX_BODY), 'CORSRule');
    if (rules.length === 0 || rules.length > MAX_RULES) throw malformed();
    return { cors: rules.map(readRule).map(corsToJson) };
  },
  (old, { cors }) => ({ ...old, cors }),
);

export const deleteBucketCors: S3Operation = setting(
  () => Promise.resolve({}),
  (old) => without(old, 'cors'),
  204,
);

function readRule(rule: XmlElement): CorsRule {
  const origins = textsOf(rule, 'AllowedOrigin');
  const methods = textsOf(rule, 'AllowedMethod');
  const headers = textsOf(rule, 'AllowedHeader').map((name) => name.toLowerCase());
  const exposed = textsOf(rule, 'ExposeHeader');
  const id = childText(rule, 'ID');
  const age = childText(rule, 'MaxAgeSeconds');
  if (origins.length === 0 || methods.length === 0) throw malformed();
  if (!methods.every((method) => (CORS_METHODS as readonly string[]).includes(method)))
    throw new S3Error('InvalidRequest', `a method is one of ${CORS_METHODS.join(', ')}`);
  if (![...origins, ...headers].every((text) => text.split('*').length <= 2))
    throw new S3Error('InvalidRequest', 'an origin or header has at most one *');
  if (age !== null && !/^\d{1,9}$/.test(age)) throw malformed();
  if (id !== null && !CORS_TEXT.test(id)) throw malformed();
  return {
    origins,
    methods,
    ...(id !== null && { id }),
    ...(headers.length > 0 && { headers }),
    ...(exposed.length > 0 && { exposed }),
    ...(age !== null && { maxAgeSeconds: Number(age) }),
  };
}

function textsOf(rule: XmlElement, name: string): readonly string[] {
  const texts = children(rule, name).map(({ content }) => content);
  if (texts.length > MAX_ITEMS) throw malformed();
  return texts.map((text) => {
    if (typeof text !== 'string' || !CORS_TEXT.test(text)) throw malformed();
    return text;
  });
}

/** Whether a page may: nothing of the bucket is told but that. */
export const preflight: S3Operation = async (parts, request) => {
  const { headers } = request;
  const origin = headers.get('origin');
  const method = headers.get('access-control-request-method');
  if (origin === undefined || method === undefined)
    throw new S3Error('InvalidRequest', 'a preflight has Origin and Access-Control-Request-Method');
  const asked = headers.get('access-control-request-headers') ?? '';
  const names = asked.split(',').map((name) => name.trim().toLowerCase());
  const { cors = [] } = (await findBucket(parts, request)).settings;
  const question = { origin, method, headers: names.filter((name) => name !== '') };
  const answer = corsAnswer(cors.map(corsFromJson), question);
  if (answer === null)
    throw new S3Error('AccessDenied', 'no CORS rule of the bucket allows this', {});
  return emptyAnswer(200, answer);
};

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    `a CORS configuration has 1 to ${MAX_RULES} rules, each with AllowedOrigin and AllowedMethod`,
  );
}
