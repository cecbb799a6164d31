/**
 * What a tenant has decided for itself. Kept as one thing in its access ledger, so that the settings of
 * every moment stay on record (docs/formats/access.md).
 */
import { type TimeZoneName, UTC } from '../base/calendar.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { BOOLEAN, COUNT, JSON_OBJECT, JsonMembers, type Shape } from '../base/json-members.js';
import { damaged } from '../ledger/ledger-error.js';
import { AccessError } from './access-error.js';

export const SETTINGS_TYPE = 'chirograph.TenantSettings';
export const SETTINGS_KEY = 'settings';

export interface TenantSettings {
  /** IANA name of the legal time zone: calendar dates are days there. */
  readonly timeZone: TimeZoneName;
  /** Whether grants take effect only when a second person has approved them. */
  readonly approvals: boolean;
  /** Whether exports need a second person, see `export-approval.ts`. */
  readonly exportApprovals: boolean;
  /** Whether inspections may be hidden from this tenant's own routes. */
  readonly hiddenInspections: boolean;
  /** Record type → the one ledger that takes it, which only explicit grants open. */
  readonly restrictedTypes: Readonly<Record<string, string>>;
  /** The name that the tenant has in law; reports say it. Absent: its name here stands for it. */
  readonly legalName?: string;
  /** What a person who asks is told besides their data (GDPR, Art. 15(1)); absent if nothing. */
  readonly notices?: readonly TenantNotice[];
}

/** One of them, such as purposes, recipients, periods or source. */
export interface TenantNotice {
  readonly label: string;
  readonly text: string;
}

export const DEFAULT_SETTINGS: TenantSettings = {
  timeZone: UTC,
  approvals: false,
  exportApprovals: false,
  hiddenInspections: false,
  restrictedTypes: {},
};

export const MAX_LEGAL_NAME = 200;
export const MAX_NOTICES = 20;
export const MAX_NOTICE_LABEL = 100;
export const MAX_NOTICE_TEXT = 4_000;
export const MAX_RESTRICTED_TYPES = 64;
export const RESTRICTED_LEDGER_PATTERN = /^[a-z0-9][a-z0-9.-]{0,62}$/;
export const RESTRICTED_TYPE_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;

/** Whether only explicit grants open this ledger. */
export function isRestricted({ restrictedTypes }: TenantSettings, ledger: string): boolean {
  return Object.values(restrictedTypes).includes(ledger);
}

/** Whether records of this type may be written to this ledger. */
export function takesType(
  { restrictedTypes }: TenantSettings,
  ledger: string,
  type: string,
): boolean {
  return !Object.hasOwn(restrictedTypes, type) || restrictedTypes[type] === ledger;
}

const FORMAT = 1;

export function settingsPayload(settings: TenantSettings): JsonObject {
  const { notices = [], restrictedTypes, ...rest } = settings;
  return {
    $v: FORMAT,
    ...rest,
    restrictedTypes: { ...restrictedTypes },
    ...(notices.length > 0 && { notices: notices.map((notice) => ({ ...notice })) }),
  };
}

/** @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseSettings(payload: JsonValue): TenantSettings {
  const members = new JsonMembers(payload, refuse);
  const format = members.required('$v', COUNT);
  if (format > FORMAT)
    throw new AccessError(
      'ACCESS_FORMAT_NEWER',
      `the settings of a tenant have format ${format}; this program reads ${FORMAT}: use the newer program`,
    );
  const legalName = members.optional('legalName', text(MAX_LEGAL_NAME));
  const notices = members.objects('notices', MAX_NOTICES).map(parseNotice);
  const settings = {
    timeZone: members.required('timeZone', TIME_ZONE),
    approvals: members.required('approvals', BOOLEAN),
    // Settings of earlier versions do not have these.
    exportApprovals: members.optional('exportApprovals', BOOLEAN) ?? false,
    hiddenInspections: members.optional('hiddenInspections', BOOLEAN) ?? false,
    restrictedTypes: parseTypes(members.required('restrictedTypes', JSON_OBJECT)),
    ...(legalName !== undefined && { legalName }),
    ...(notices.length > 0 && { notices }),
  };
  members.end();
  return settings;
}

/** What another program's time zones know is not refused: it was checked when it was set. */
const TIME_ZONE: Shape<TimeZoneName> = {
  what: 'the name of a time zone',
  read: (value) =>
    typeof value === 'string' && value.length <= 100 ? (value as TimeZoneName) : null,
};

function text(maxLength: number): Shape<string> {
  return {
    what: `a text of 1 to ${maxLength} characters`,
    read: (value) =>
      typeof value === 'string' && value !== '' && value.length <= maxLength ? value : null,
  };
}

function parseNotice(members: JsonMembers): TenantNotice {
  const notice = {
    label: members.required('label', text(MAX_NOTICE_LABEL)),
    text: members.required('text', text(MAX_NOTICE_TEXT)),
  };
  members.end();
  return notice;
}

function parseTypes(object: JsonObject): Record<string, string> {
  const types = Object.entries(object);
  if (types.length > MAX_RESTRICTED_TYPES) throw refuse('it restricts too many types');
  return Object.fromEntries(
    types.map(([type, ledger]) => {
      const isOne = typeof ledger === 'string' && RESTRICTED_LEDGER_PATTERN.test(ledger);
      if (!isOne || !RESTRICTED_TYPE_PATTERN.test(type)) throw refuse('it restricts no type');
      return [type, ledger];
    }),
  );
}

function refuse(reason: string): Error {
  return damaged(`the settings of a tenant are not what was written: ${reason}`);
}
