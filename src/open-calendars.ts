/** The calendars that a node sends its roots to, the node's own calendar, and what monitoring learns of both. */
import { join } from 'node:path';
import { Gauge, type Registry } from 'prom-client';
import {
  NOTHING_STAMPED,
  type CalendarStamped,
  calendarHeads,
} from './anchoring/calendar-heads.js';
import { CalendarRounds } from './anchoring/calendar-rounds.js';
import { CalendarStamps } from './anchoring/calendar-stamps.js';
import {
  CALENDAR_ALARM_TEXTS,
  CALENDAR_ALARMS,
  type CalendarStatus,
} from './anchoring/calendar-status.js';
import { CalendarStore } from './anchoring/calendar-store.js';
import type { Calendar } from './anchoring/calendar.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { CALENDAR_LEDGER, type CalendarParts } from './commands/take-commitment.js';
import type { Config, Secrets } from './config.js';
import { makeDirectoryDurably } from './keys/durable-file.js';
import { outbound } from './keys/outbound.js';
import { type LedgerNode, NODE_TENANT } from './ledger-node.js';
import { NO_MARKS } from './queries/receipt.js';

export interface CalendarSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

export interface OpenedCalendars {
  /** Null where none is set: then nobody is asked. */
  readonly stamps: CalendarStamps | null;
  readonly stamped: CalendarStamped;
  /** The node's own; null where it is none. */
  readonly own: CalendarParts | null;
}

const IDLE_MILLIS = 5_000;
/** A root of each epoch log is asked about at a time, and its promises at once. */
const PER_HOST = 4;

/** @throws AnchoringError ANCHOR_STATE_INVALID; LedgerError LEDGER_READ_ONLY. */
export async function openCalendars(
  config: Config,
  secrets: Secrets,
  surroundings: CalendarSurroundings,
  node: LedgerNode,
  registry: Registry,
): Promise<OpenedCalendars> {
  const own = await openOwn(config, surroundings, node);
  const calendars = calendarsOf(config, secrets);
  if (calendars.length === 0) return { stamps: null, stamped: NOTHING_STAMPED, own };
  const { epochs, history } = node.epochs;
  const { data, calendarIntervalMillis: intervalMillis, outboundTimeoutMillis } = config;
  await makeDirectoryDurably(join(data, 'calendars'));
  const store = await CalendarStore.open(join(data, 'calendars', epochs.handle));
  const send = outbound({
    hosts: calendars.flatMap(({ host, promises }) => [host, ...promises]),
    timeoutMillis: outboundTimeoutMillis,
    idleMillis: Math.min(IDLE_MILLIS, outboundTimeoutMillis),
    perHost: PER_HOST,
  });
  const { clock } = surroundings;
  const stamps = new CalendarStamps({
    ...surroundings,
    ...{ epochs, store, intervalMillis },
    rounds: new CalendarRounds({ calendars, send, clock }),
    wanted: Math.min(config.calendarsWanted, calendars.length),
    asked: calendars.length,
  });
  measure(registry, () => stamps.status);
  return { stamps, stamped: calendarHeads(history, stamps), own };
}

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function calendarReasons(stamps: CalendarStamps | null): readonly string[] {
  return stamps?.status.alarms.map((alarm) => CALENDAR_ALARM_TEXTS[alarm]) ?? [];
}

/** The upstream is one more of them. */
function calendarsOf(
  { anchorUpstream, calendars = [] }: Config,
  { anchorUpstreamKey: key }: Secrets,
): readonly Calendar[] {
  if (anchorUpstream === undefined) return calendars;
  return [{ ...anchorUpstream, ...(key !== undefined && { key }) }, ...calendars];
}

async function openOwn(
  { calendarUri: uri }: Config,
  { clock, random }: CalendarSurroundings,
  node: LedgerNode,
): Promise<CalendarParts | null> {
  if (uri === undefined) return null;
  await node.ensureLedger(NODE_TENANT, CALENDAR_LEDGER);
  return {
    ...{ store: node.store, clock, random, uri },
    tenant: node.tenantNamed(NODE_TENANT).handle,
    // Nobody is given a receipt.
    marksOf: () => NO_MARKS,
    idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
  };
}

/** Read when they are asked for; what is not known has no value. */
function measure(registry: Registry, status: () => CalendarStatus): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    read: (now: CalendarStatus) => number | null,
  ): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read(status());
        this.reset();
        if (value !== null) this.set(value);
      },
    });
  };
  const seconds = (at: number | null): number | null => (at === null ? null : at / 1_000);
  gauge(
    'chirograph_calendar_stamped_epoch_log_size',
    'What of the epoch log enough calendars have taken.',
    (now) => now.stampedSize,
  );
  gauge(
    'chirograph_calendar_confirmed_epoch_log_size',
    'What of it a calendar has named a block of.',
    (now) => now.confirmedSize,
  );
  gauge('chirograph_calendar_open_stamps', 'Roots of which a promise is open.', (now) => now.open);
  gauge(
    'chirograph_calendar_waiting_since_seconds',
    'When the oldest root that waits for a block was sent, since 1970.',
    (now) => seconds(now.waitingSince),
  );
  gauge(
    'chirograph_calendar_last_stamped_seconds',
    'When enough calendars last took a root, since 1970.',
    (now) => seconds(now.lastStampedAt),
  );
  gauge(
    'chirograph_calendar_rounds_missed',
    'Tries in a row after which too few calendars had taken the root.',
    (now) => now.missed,
  );
  new Gauge({
    name: 'chirograph_calendar_alarm',
    help: 'Whether the alarm is on.',
    labelNames: ['alarm'] as const,
    registers,
    collect() {
      const { alarms } = status();
      for (const alarm of CALENDAR_ALARMS) this.set({ alarm }, alarms.includes(alarm) ? 1 : 0);
    },
  });
}
