/**
 * `time-stamps.json`: how often each time-stamp authority that has a budget was asked on this day and in this
 * month (docs/formats/data-directory.md). It is counted before a request leaves, and durably: no crash and no
 * restart makes a node ask for more than was allowed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import { isHexDigest } from '../base/hex-digest.js';
import { COUNT, JSON_OBJECT, JsonMembers, textLike } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { type Clock, DAY_MILLIS, formatInstant, parseInstant } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { type DurableFileSystem, durableFileSystem, writeFileDurably } from './durable-file.js';
import { TimeStampError } from './time-stamp-error.js';

/** Requests in a day and in a month, of the calendar in UTC; null is as many as it takes. */
export interface Allowance {
  readonly perDay: number | null;
  readonly perMonth: number | null;
}

/** What an authority may still be asked for. */
export interface Remaining {
  /** Of the tighter allowance; Infinity without one. */
  readonly left: number;
  /** When there is more again; null while there is some left. */
  readonly usedUpUntil: UnixMillis | null;
}

interface Asked {
  /** `2026-11-29`. */
  readonly day: string;
  readonly ofDay: number;
  /** `2026-11`. */
  readonly month: string;
  readonly ofMonth: number;
}

export class TimeStampCounts {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #files: DurableFileSystem;
  readonly #turns = new Turns();
  /** By digest of the authority's URL; null if what was asked is not known. */
  #asked: ReadonlyMap<HexDigest, Asked> | null = new Map();

  constructor(dataDirectory: string, clock: Clock, files = durableFileSystem) {
    this.#directory = dataDirectory;
    this.#clock = clock;
    this.#files = files;
  }

  /**
   * Reads what was asked before this start; to be called once the data directory is this process's own. What
   * cannot be read is said when somebody is to be asked: nothing else rests on it.
   */
  async open(): Promise<void> {
    this.#asked = await readAsked(this.#directory);
  }

  remaining(authority: HexDigest, { perDay, perMonth }: Allowance): Remaining {
    if (this.#asked === null) return { left: 0, usedUpUntil: null };
    const now = this.#clock.now();
    const { ofDay, ofMonth } = askedAt(now, this.#asked.get(authority));
    const leftOfDay = Math.max(0, (perDay ?? Infinity) - ofDay);
    const leftOfMonth = Math.max(0, (perMonth ?? Infinity) - ofMonth);
    const usedUpUntil = leftOfMonth === 0 ? nextMonth(now) : leftOfDay === 0 ? nextDay(now) : null;
    return { left: Math.min(leftOfDay, leftOfMonth), usedUpUntil };
  }

  /**
   * Counts one request more; durable when it returns. A crash before that may leave it counted and not sent.
   *
   * @throws TimeStampError TIME_STAMP_BUDGET_USED, TIME_STAMP_BUDGET_UNKNOWN; then it must not be sent.
   */
  take(authority: HexDigest, allowance: Allowance): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#asked === null) throw unknown('cannot be read: remove it to begin its counts anew');
      const { usedUpUntil } = this.remaining(authority, allowance);
      if (usedUpUntil !== null) throw usedUp(usedUpUntil);
      const now = this.#clock.now();
      const { ofDay, ofMonth, ...rest } = askedAt(now, this.#asked.get(authority));
      const asked = new Map(this.#asked);
      asked.set(authority, { ...rest, ofDay: ofDay + 1, ofMonth: ofMonth + 1 });
      await this.#write(ofThisMonth(asked, now));
    });
  }

  async #write(asked: ReadonlyMap<HexDigest, Asked>): Promise<void> {
    const content = {
      asked: Object.fromEntries([...asked].map(([key, one]) => [key, { ...one }])),
    };
    const path = join(this.#directory, FILE);
    try {
      await writeFileDurably(path, formatStoredJson(FILE, content), 0o600, this.#files);
    } catch (cause) {
      throw unknown(`cannot be written (${systemErrorCode(cause) ?? 'it failed'})`, cause);
    }
    this.#asked = asked;
  }
}

/** @param names of the authorities, where that is not clear. */
export function usedUp(until: UnixMillis, names?: string): TimeStampError {
  const whose = names === undefined ? 'its budget' : `the budget of ${names}`;
  return new TimeStampError(
    'TIME_STAMP_BUDGET_USED',
    `no time-stamps before ${formatInstant(until)}: ${whose} is used up; perDay and perMonth in timeStampAuthorities say how large it is`,
    { until },
  );
}

const FILE = 'time-stamps.json';
const DAY = textLike(/^\d{4}-\d{2}-\d{2}$/, 'a day');
const MONTH = textLike(/^\d{4}-\d{2}$/, 'a month');

class Unreadable extends Error {}

const refuse = (reason: string): Error => new Unreadable(reason);

async function readAsked(directory: string): Promise<ReadonlyMap<HexDigest, Asked> | null> {
  try {
    return parse(await readFile(join(directory, FILE)));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return new Map();
    if (error instanceof Unreadable || systemErrorCode(error) !== null) return null;
    throw error;
  }
}

function parse(bytes: Uint8Array): ReadonlyMap<HexDigest, Asked> {
  const content = parseStoredJson(FILE, bytes, { damaged: refuse, newer: () => refuse('newer') });
  const members = new JsonMembers(content, refuse);
  const asked = new Map<HexDigest, Asked>();
  for (const authority of Object.keys(members.required('asked', JSON_OBJECT))) {
    if (!isHexDigest(authority)) throw refuse('not a digest');
    asked.set(authority, readOne(content, authority));
  }
  members.end();
  return asked;
}

function readOne(content: JsonObject, authority: HexDigest): Asked {
  const members = new JsonMembers(content, refuse).object('asked').object(authority);
  const read = {
    day: members.required('day', DAY),
    ofDay: members.required('ofDay', COUNT),
    month: members.required('month', MONTH),
    ofMonth: members.required('ofMonth', COUNT),
  };
  members.end();
  return read;
}

/** As it stands now: another day and another month begin at none. */
function askedAt(now: UnixMillis, known: Asked | undefined): Asked {
  const [day, month] = [dayOf(now), monthOf(now)];
  return {
    day,
    ofDay: known?.day === day ? known.ofDay : 0,
    month,
    ofMonth: known?.month === month ? known.ofMonth : 0,
  };
}

/** What was asked in other months is of no account: authorities come and go, and the file stays small. */
function ofThisMonth(
  asked: ReadonlyMap<HexDigest, Asked>,
  now: UnixMillis,
): ReadonlyMap<HexDigest, Asked> {
  return new Map([...asked].filter(([, { month }]) => month === monthOf(now)));
}

function dayOf(now: UnixMillis): string {
  return formatInstant(now).slice(0, 10);
}

function monthOf(now: UnixMillis): string {
  return formatInstant(now).slice(0, 7);
}

function nextDay(now: UnixMillis): UnixMillis {
  return beginningOf(dayOf((now + DAY_MILLIS) as UnixMillis));
}

function nextMonth(now: UnixMillis): UnixMillis {
  const first = beginningOf(`${monthOf(now)}-01`);
  // 31 days after the first of any month is one of the first days of the next.
  return beginningOf(`${monthOf((first + 31 * DAY_MILLIS) as UnixMillis)}-01`);
}

function beginningOf(day: string): UnixMillis {
  return parseInstant(`${day}T00:00:00.000Z`);
}

function unknown(reason: string, cause?: unknown): TimeStampError {
  return new TimeStampError(
    'TIME_STAMP_BUDGET_UNKNOWN',
    `${FILE} in the data directory ${reason}; nobody with a budget is asked meanwhile`,
    { cause },
  );
}
