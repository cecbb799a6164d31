/** What is set of a drive: the payload of `chirograph.Drive` (docs/formats/files.md). */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import {
  arrayOf,
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../base/json-members.js';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';
import { damaged } from '../ledger/ledger-error.js';
import { checkFilesFormat, FILES_FORMAT } from './files-format.js';
import { readTexts, type Texts } from './texts.js';

export const DRIVE_TYPE = 'chirograph.Drive';
export const DRIVE_KEY = 'drive';

export type LockMode = 'governance' | 'compliance';
/** What versions are locked with that say nothing themselves. */
export type DefaultLock = { readonly mode: LockMode } & (
  { readonly days: number } | { readonly years: number }
);

export interface DriveSettings {
  readonly state: 'active' | 'removed';
  /** Author who made it. */
  readonly owner: string;
  readonly madeAt: UnixMillis;
  /** Whose its files are, where they say nothing else. */
  readonly subject: string;
  readonly retention?: string;
  readonly versioning: 'off' | 'on' | 'suspended';
  /** Versions can be locked: versioning is on, and stays on. */
  readonly lock?: { readonly default?: DefaultLock };
  /** Of the newest versions. */
  readonly quota?: { readonly bytes?: number; readonly files?: number };
  /** Rules of S3. */
  readonly cors?: readonly JsonObject[];
  readonly tags?: Texts;
  readonly acl?: JsonObject;
  /** Whatever else S3 keeps of a bucket. */
  readonly s3?: JsonObject;
}

/** `drive:<name>` */
export function ownSubjectOf(drive: string): string {
  return `drive:${drive}`;
}

export function drivePayload(settings: DriveSettings): JsonObject {
  const { madeAt, lock, quota, cors, ...rest } = settings;
  return {
    $v: FILES_FORMAT,
    ...rest,
    madeAt: formatInstant(madeAt),
    ...(lock !== undefined && { lock: { ...(lock.default && { default: { ...lock.default } }) } }),
    ...(quota !== undefined && { quota: { ...quota } }),
    ...(cors !== undefined && cors.length > 0 && { cors }),
  };
}

/** @throws FilesError FILES_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseDrive(payload: JsonValue): DriveSettings {
  const members = new JsonMembers(payload, refuse);
  checkFilesFormat(members.required('$v', COUNT));
  const lock = members.optional('lock', JSON_OBJECT);
  const quota = members.optional('quota', JSON_OBJECT);
  const settings: DriveSettings = {
    state: members.required('state', oneOf('active', 'removed')),
    owner: members.required('owner', NAME),
    madeAt: members.required('madeAt', INSTANT),
    subject: members.required('subject', NAME),
    versioning: members.required('versioning', oneOf('off', 'on', 'suspended')),
    ...(lock !== undefined && { lock: readLock(lock) }),
    ...(quota !== undefined && { quota: readQuota(quota) }),
    ...given('retention', members.optional('retention', textLike(CLASS_NAME, 'a class'))),
    ...given('cors', members.optional('cors', arrayOf(JSON_OBJECT, 100))),
    ...given('tags', readTexts(members, 'tags')),
    ...given('acl', members.optional('acl', JSON_OBJECT)),
    ...given('s3', members.optional('s3', JSON_OBJECT)),
  };
  members.end();
  return settings;
}

function readLock(value: JsonObject): NonNullable<DriveSettings['lock']> {
  const members = new JsonMembers(value, refuse, 'lock');
  const byDefault = members.optional('default', JSON_OBJECT);
  members.end();
  return byDefault === undefined ? {} : { default: readDefaultLock(byDefault) };
}

function readDefaultLock(value: JsonObject): DefaultLock {
  const members = new JsonMembers(value, refuse, 'lock/default');
  const mode = members.required('mode', LOCK_MODE);
  const days = members.optional('days', COUNT);
  const lock =
    days === undefined ? { mode, years: members.required('years', COUNT) } : { mode, days };
  members.end();
  return lock;
}

function readQuota(value: JsonObject): NonNullable<DriveSettings['quota']> {
  const members = new JsonMembers(value, refuse, 'quota');
  const quota = {
    ...given('bytes', members.optional('bytes', COUNT)),
    ...given('files', members.optional('files', COUNT)),
  };
  members.end();
  return quota;
}

export const LOCK_MODE = oneOf('governance', 'compliance');
const NAME = textLike(PERSON_NAME, 'a name');

/** An object with that member, or none. */
export function given<K extends string, V>(
  name: K,
  value: V | undefined,
): Readonly<Partial<Record<K, V>>> {
  return (value === undefined ? {} : { [name]: value }) as Readonly<Partial<Record<K, V>>>;
}

function refuse(reason: string): Error {
  return damaged(`the settings of a drive are not what was written: ${reason}`);
}
