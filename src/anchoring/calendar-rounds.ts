/**
 * What is asked of calendars at one time: to take a root, and whether promises are kept. All calendars at once; one that
 * fails is left alone for a while and holds up no other.
 */
import { BackOff } from '../base/back-off.js';
import { ChirographError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { SendOutbound } from '../keys/outbound-message.js';
import { askCommitment, sendDigest } from './calendar-client.js';
import { CalendarError } from './calendar-error.js';
import {
  digestToSend,
  type CalendarStamp,
  keptPromise,
  openPromises,
  type Outgoing,
  takenBy,
} from './calendar-stamp.js';
import type { CalendarFailure } from './calendar-status.js';
import { type Calendar, calendarName, placeAmong } from './calendar.js';

export interface CalendarRoundsOptions {
  readonly calendars: readonly Calendar[];
  readonly send: SendOutbound;
  readonly clock: Clock;
}

/** What came of it; null where nobody took the root. */
export interface CalendarRound<T> {
  readonly stamp: T;
  readonly failures: readonly CalendarFailure[];
}

const FIRST_PAUSE_MILLIS = 30_000;
const LONGEST_PAUSE_MILLIS = 15 * 60_000;

export class CalendarRounds {
  readonly #options: CalendarRoundsOptions;
  /** By the URL that is asked. Of as many as the setting allows hosts, since others are not asked. */
  readonly #pauses = new Map<string, BackOff>();

  constructor(options: CalendarRoundsOptions) {
    this.#options = options;
  }

  /** Asks those who have not taken it yet. @param stamp of the same root, where some have. */
  async submit(
    outgoing: Outgoing,
    stamp: CalendarStamp | null,
    signal: AbortSignal,
  ): Promise<CalendarRound<CalendarStamp | null>> {
    const { calendars, send, clock } = this.#options;
    const digest = digestToSend(outgoing);
    const failures: CalendarFailure[] = [];
    let taken = stamp;
    await Promise.all(
      calendars.map(async (calendar) => {
        const name = calendarName(calendar);
        if (taken?.took.includes(name) === true) return;
        await this.#asking(calendar.url, name, failures, async () => {
          const answer = await sendDigest(send, calendar, digest, signal);
          taken = takenBy(taken, outgoing, { name, answer, at: clock.now() });
        });
      }),
    );
    return { stamp: taken, failures };
  }

  /** Asks for what is open. */
  async follow(stamp: CalendarStamp, signal: AbortSignal): Promise<CalendarRound<CalendarStamp>> {
    const { calendars, send } = this.#options;
    const failures: CalendarFailure[] = [];
    let followed = stamp;
    await Promise.all(
      openPromises(stamp).map(async ({ commitment, uri }) => {
        const place = placeAmong(calendars, uri);
        if (place === null) {
          failures.push({ calendar: 'unknown', code: 'CALENDAR_PROMISE_REFUSED' });
          return;
        }
        await this.#asking(place.url, calendarName(place), failures, async () => {
          const blocks = await askCommitment(send, place, commitment, signal);
          if (blocks !== null) followed = keptPromise(followed, commitment, blocks);
        });
      }),
    );
    return { stamp: followed, failures };
  }

  async #asking(
    url: string,
    calendar: string,
    failures: CalendarFailure[],
    ask: () => Promise<void>,
  ): Promise<void> {
    const { clock } = this.#options;
    let pause = this.#pauses.get(url);
    if (pause === undefined)
      this.#pauses.set(url, (pause = new BackOff(FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)));
    try {
      if (pause.isOn(clock.now()))
        throw new CalendarError(
          'CALENDAR_RESTING',
          `the calendar failed of late and is left alone for a while: ${pause.outage?.reason ?? ''}`,
        );
      await ask();
      pause.succeeded();
    } catch (error) {
      if (!(error instanceof ChirographError)) throw error;
      const code = String(error.code);
      failures.push({ calendar, code });
      if (code !== 'CALENDAR_RESTING') pause.failed(clock.now(), code);
    }
  }
}
