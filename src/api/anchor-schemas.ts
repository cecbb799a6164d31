/** The state of anchoring as `/v1/anchors` shows it. */
import { z } from 'zod';
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import type { WitnessStatus } from '../checkpoint/witness-status.js';
import type { AnchorStatus, CalendarStatus } from '../commands/anchor-now.js';
import type { BackendView } from '../queries/anchor-backends.js';
import { backendsSchema, backendsView } from './backend-schemas.js';
import { calendarsSchema, calendarsView } from './calendars-schema.js';
import { instantSchema } from './schemas.js';

/** What there is to call an operator for. */
const ALARMS = [
  'closed',
  'key-unusable',
  'unsigned',
  'starved',
  'overdue',
  'runway-7-days',
  'runway-30-days',
  'reorganised',
] as const satisfies readonly AnchorStatus['report']['alarms'][number][];
const ANCHOR_KEYS = [
  'software',
  'pkcs11',
  'psbt',
] as const satisfies readonly AnchorStatus['report']['signing']['key'][];
const size = z.number().int();
const satoshi = z.number().int().meta({ description: 'In satoshi.' });
const witnessesSchema = z
  .object({
    size: size.meta({ description: 'Of the epoch log, as enough of them have cosigned it.' }),
    at: instantSchema.nullable().meta({ description: 'Null before the first since the start.' }),
    failures: z.array(z.object({ witness: z.string(), code: z.string() })).meta({
      description: 'What kept witnesses from cosigning at the last try.',
    }),
    compared: z.boolean().meta({
      description: 'Whether any has said since the start how far the epoch log had come.',
    }),
    unproven: z.array(z.string()).meta({
      description:
        'Who says that the epoch log is behind or another, and shows no head for it that the log signed.',
    }),
    missed: z.number().int().meta({
      description: 'Tries in a row after which too few had cosigned.',
    }),
  })
  .nullable()
  .meta({ description: 'Who else remembers the epoch log; null where nobody is asked.' });

const closedSchema = z.union([
  z.object({
    reason: z.literal('spent'),
    txid: z.string(),
    height: z.number().int(),
    at: instantSchema,
  }),
  z.object({ reason: z.literal('key') }),
]);

export const anchorsSchema = z.object({
  chain: z.string(),
  verifierKey: z.string().meta({
    description: 'Of the epoch log: its name, and the key that witnesses and monitors need.',
  }),
  development: z.boolean().meta({ description: 'The chain proves nothing to others.' }),
  epochSize: size.meta({ description: 'Of the epoch log, its first entry included.' }),
  settledSize: size.meta({ description: 'What of it is final in the chain.' }),
  pending: z.discriminatedUnion('state', [
    z.object({ state: z.literal('idle') }),
    z.object({
      state: z.literal('pending'),
      epochSize: size,
      confirmations: z.number().int(),
      isStarved: z.boolean().meta({ description: 'The fee wanted is above the budget.' }),
    }),
  ]),
  waiting: z
    .object({
      epochs: size,
      since: instantSchema
        .nullable()
        .meta({ description: 'When the oldest of them was made; null where none waits.' }),
    })
    .meta({ description: 'What no final anchor has.' }),
  witnesses: witnessesSchema,
  calendars: calendarsSchema,
  backends: backendsSchema,
  lastFinalAt: instantSchema
    .nullable()
    .meta({ description: 'Null before the first, and where an earlier version did not write it.' }),
  alarms: z.array(z.enum(ALARMS)).meta({ description: 'What calls for an operator.' }),
  closed: closedSchema.nullable().meta({
    description:
      'Why nothing is anchored any more: a transaction that is no anchor spent the coin, or the key is lost.',
  }),
  ended: z
    .array(
      z.object({
        last: z.string().meta({ description: 'The coin that it ended at, `<txid>:<output>`.' }),
        value: satoshi,
        closed: closedSchema,
        isSucceeded: z.boolean().meta({ description: 'Whether another chain goes on for it.' }),
      }),
    )
    .meta({
      description:
        'Chains of anchors that have ended, oldest first, the one that is closed now among them. What they anchored stays anchored.',
    }),
  signing: z.object({
    key: z.enum(ANCHOR_KEYS).meta({ description: 'Where the anchor key is.' }),
    failure: z.string().nullable().meta({
      description:
        'Code of what keeps it from signing, as it was last seen; null where nothing does.',
    }),
    waiting: z
      .object({
        txid: z.string(),
        epochSize: size,
        fee: satoshi,
        since: instantSchema.meta({
          description: 'When the oldest was handed out that still would do.',
        }),
      })
      .nullable()
      .meta({
        description: 'The newest anchor that waits for its signature; null where none does.',
      }),
  }),
  takenBack: z.number().int().meta({
    description: 'Anchors that were final and that a reorganisation took out of the chain.',
  }),
  funds: z.object({
    balance: satoshi.nullable(),
    feeRate: z
      .number()
      .nullable()
      .meta({ description: 'Satoshi per virtual byte at the last look; null before it.' }),
    paidThisMonth: satoshi,
    monthlyBudget: satoshi.nullable(),
    paidInAll: satoshi,
    runwayDays: z
      .number()
      .nullable()
      .meta({ description: 'How long the balance lasts; null where no rhythm is set.' }),
    starved: z
      .object({ wanted: satoshi, limit: z.enum(['anchor', 'month', 'funds']) })
      .nullable()
      .meta({
        description: 'The fee that the anchor which waits would have, and what forbids it.',
      }),
  }),
});

export interface AnchoringAnswerParts {
  readonly chain: string;
  readonly verifierKey: string;
  readonly isDevelopment: boolean;
  readonly witnesses: WitnessStatus | null;
  readonly calendars: CalendarStatus | null;
  readonly backends: readonly BackendView[];
}

/** Which logs are inconsistent is left out: that is for the operator, they are of all tenants. */
export function anchoringAnswer(
  now: AnchorStatus,
  { chain, verifierKey, isDevelopment, witnesses, calendars, backends }: AnchoringAnswerParts,
): z.infer<typeof anchorsSchema> {
  return {
    chain,
    verifierKey,
    development: isDevelopment,
    epochSize: now.epochSize,
    settledSize: now.settledSize,
    pending: now.pending,
    witnesses: witnessesView(witnesses),
    calendars: calendarsView(calendars),
    backends: backendsView(backends),
    ...viewOf(now),
  };
}

function viewOf({
  epochSize,
  settledSize,
  waitingSince,
  report,
}: AnchorStatus): Omit<
  z.infer<typeof anchorsSchema>,
  | 'chain'
  | 'verifierKey'
  | 'development'
  | 'epochSize'
  | 'settledSize'
  | 'pending'
  | 'witnesses'
  | 'calendars'
  | 'backends'
> {
  const { balance, rate, paidThisMonth, monthlyBudget, paidInAll, runwayDays, starved } = report;
  const { closed, ended, takenBack, lastSettledAt, alarms, signing } = report;
  return {
    waiting: {
      epochs: waitingSince === null ? 0 : epochSize - Math.max(1, settledSize),
      since: instantOrNull(waitingSince),
    },
    lastFinalAt: instantOrNull(lastSettledAt),
    alarms: [...alarms],
    closed: closed && closedView(closed),
    ended: ended.map((one) => ({
      ...one,
      value: Number(one.value),
      closed: closedView(one.closed),
    })),
    signing: { ...signing, waiting: waitingView(signing.waiting) },
    takenBack,
    funds: {
      balance: numberOrNull(balance),
      feeRate: rate,
      paidThisMonth: Number(paidThisMonth),
      monthlyBudget: numberOrNull(monthlyBudget),
      paidInAll: Number(paidInAll),
      runwayDays,
      starved: starved && { ...starved, wanted: Number(starved.wanted) },
    },
  };
}

function closedView(
  closed: NonNullable<AnchorStatus['report']['closed']>,
): z.infer<typeof closedSchema> {
  return closed.reason === 'spent' ? { ...closed, at: formatInstant(closed.at) } : closed;
}

function waitingView(
  waiting: AnchorStatus['report']['signing']['waiting'],
): z.infer<typeof anchorsSchema>['signing']['waiting'] {
  if (waiting === null) return null;
  const { fee, since } = waiting;
  return { ...waiting, fee: Number(fee), since: formatInstant(since) };
}

/** At most 21·10¹⁴, which a double holds. */
function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function instantOrNull(at: UnixMillis | null): string | null {
  return at === null ? null : formatInstant(at);
}

function witnessesView(status: WitnessStatus | null): z.infer<typeof witnessesSchema> {
  if (status === null) return null;
  const { size, at, failures, isCompared, unproven, missed } = status;
  return {
    size,
    at: at === null ? null : formatInstant(at),
    failures: failures.map((failure) => ({ ...failure })),
    compared: isCompared,
    unproven: [...unproven],
    missed,
  };
}
