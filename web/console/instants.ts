/** Instants as people read them: exact and in UTC first, then as clocks showed it where the tenant is. */
import { parseInstant } from '../../src/base/time.js';
import type { Language } from '../../src/evidence/languages.js';

/** For `Intl`; without a region English would have the hours of the United States. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };

export interface Moment {
  /** `2026-01-31 23:59:59.000 UTC` */
  readonly utc: string;
  /** In the tenant's zone; null where that is UTC or not known. */
  readonly local: string | null;
}

export interface Place {
  readonly language: Language;
  /** IANA name, as the node told it. */
  readonly zone: string | null;
}

/** @param instant as the API writes it; any other text is shown as it is. */
export function moment(instant: string, place: Place): Moment {
  const utc = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(instant)
    ? `${instant.slice(0, -1).replace('T', ' ')} UTC`
    : instant;
  return { utc, local: localTime(instant, place) };
}

function localTime(instant: string, { language, zone }: Place): string | null {
  if (zone === null || zone === 'UTC') return null;
  try {
    return new Intl.DateTimeFormat(LOCALES[language], {
      timeZone: zone,
      dateStyle: 'medium',
      timeStyle: 'long',
    }).format(parseInstant(instant));
  } catch {
    // A browser may lack a zone that the node knows; the instant in UTC says it all.
    return null;
  }
}
