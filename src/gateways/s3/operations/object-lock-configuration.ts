/** GetObjectLockConfiguration, PutObjectLockConfiguration. */
import type { JsonObject } from '../../../base/canonical-json.js';
import type { DefaultLock } from '../../../files/drive-settings.js';
import { xmlAnswer } from '../s3-answer.js';
import { S3Error } from '../s3-error.js';
import { readXmlBody } from '../small-body.js';
import { child, childText, element, s3Document, type XmlElement } from '../xml-element.js';
import { openOwnBucket, setting } from './configure-bucket.js';
import { lockModeOf, modeName } from './lock-names.js';
import type { S3Operation } from './operation.js';

export const getObjectLockConfiguration: S3Operation = async (parts, request) => {
  const { lock } = (await openOwnBucket(parts, request)).settings;
  if (lock === undefined)
    throw new S3Error('ObjectLockConfigurationNotFoundError', 'the bucket has no Object Lock');
  return xmlAnswer(
    s3Document('ObjectLockConfiguration', [
      element('ObjectLockEnabled', 'Enabled'),
      ...(lock.default === undefined ? [] : [ruleElement(lock.default)]),
    ]),
  );
};

function ruleElement(lock: DefaultLock): XmlElement {
  return element('Rule', [
    element('DefaultRetention', [
      element('Mode', modeName(lock.mode)),
      'days' in lock ? element('Days', lock.days) : element('Years', lock.years),
    ]),
  ]);
}

export const putObjectLockConfiguration: S3Operation = setting(
  async (request) => {
    const root = await readXmlBody(request, 'ObjectLockConfiguration', 4096);
    if (childText(root, 'ObjectLockEnabled') !== 'Enabled') throw malformed();
    const rule = child(root, 'Rule');
    return rule === null ? {} : { default: readRule(rule) };
  },
  (old, lock) => {
    if (old.versioning !== 'on')
      throw new S3Error(
        'InvalidBucketState',
        'Object Lock needs versions: turn versioning on first',
      );
    return { ...old, lock };
  },
);

/** A hundred years, as S3 has it. */
const MAX_YEARS = 100;

function readRule(rule: XmlElement): DefaultLock & JsonObject {
  const retention = child(rule, 'DefaultRetention');
  if (retention === null) throw malformed();
  const mode = lockModeOf(childText(retention, 'Mode'));
  const days = childText(retention, 'Days');
  const years = childText(retention, 'Years');
  if (mode === null || (days === null) === (years === null)) throw malformed();
  return days === null
    ? { mode, years: readPeriod(years ?? '', MAX_YEARS) }
    : { mode, days: readPeriod(days, 366 * MAX_YEARS) };
}

function readPeriod(text: string, maximum: number): number {
  const period = /^-?\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(period)) throw malformed();
  if (period < 1 || period > maximum)
    throw new S3Error('InvalidRetentionPeriod', `the period is from 1 to ${maximum}`);
  return period;
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'Object Lock is Enabled, and a rule has a Mode (GOVERNANCE or COMPLIANCE) and either Days or Years',
  );
}
