/** `/v1/anchors`: how far the node's epochs have come into the chain, and anchoring now. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { UnixMillis } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import type { WitnessStatus } from '../../checkpoint/witness-status.js';
import type { AnchorStatus, CalendarStatus } from '../../commands/anchor-now.js';
import {
  type AnchorFunding,
  COIN_PATTERN,
  succeedAnchors,
  topUpAnchors,
} from '../../commands/fund-anchors.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { addResource } from '../resource.js';
import { instantSchema, json, problemResponse, textOfForm } from '../schemas.js';
import { validate } from '../validate.js';

export interface AnchorsRoutesOptions {
  readonly guard: Guard;
  readonly chain: string;
  /** Of the epoch log, as C2SP writes it. */
  readonly verifierKey: string;
  /** Whether its blocks cost nothing, so that it proves nothing to others. */
  readonly isDevelopment: boolean;
  readonly status: () => AnchorStatus;
  readonly anchorNow: () => Promise<AnchorStatus>;
  readonly funding: AnchorFunding;
  /** Null where no witnesses are asked. */
  readonly witnesses: () => WitnessStatus | null;
  /** Null where no calendars are asked. */
  readonly calendars: () => CalendarStatus | null;
  readonly body: BodyLimits;
}

/** What there is to call an operator for. */
const ALARMS = [
  'closed',
  'starved',
  'runway-7-days',
  'runway-30-days',
  'reorganised',
] as const satisfies readonly AnchorStatus['report']['alarms'][number][];
const noQuerySchema = z.strictObject({});
const size = z.number().int();
const satoshi = z.number().int().meta({ description: 'In satoshi.' });
const witnessesSchema = z
  .object({
    size: size.meta({ description: 'Of the epoch log, as enough of them have cosigned it.' }),
    at: instantSchema.nullable().meta({ description: 'Null before the first since the start.' }),
    failures: z.array(z.object({ witness: z.string(), code: z.string() })).meta({
      description: 'What kept witnesses from cosigning at the last try.',
    }),
    missed: z.number().int().meta({
      description: 'Tries in a row after which too few had cosigned.',
    }),
  })
  .nullable()
  .meta({ description: 'Who else remembers the epoch log; null where nobody is asked.' });

const calendarsSchema = z
  .object({
    stampedSize: size.meta({ description: 'Of the epoch log, as enough of them have taken it.' }),
    confirmedSize: size.meta({ description: 'As one of them has named a block of: its word.' }),
    lastStampedAt: instantSchema.nullable(),
    lastConfirmedAt: instantSchema.nullable().meta({
      description: 'Null before the first since the start.',
    }),
    open: z.number().int().meta({ description: 'Roots of which a promise is open.' }),
    waitingSince: instantSchema.nullable().meta({
      description: 'When the oldest was sent that no block and no larger one holds.',
    }),
    missed: z.number().int().meta({
      description: 'Tries in a row after which too few had taken the root.',
    }),
    lapsed: z.number().int().meta({
      description: 'Roots without a block after 14 days, since the start.',
    }),
    failures: z.array(z.object({ calendar: z.string(), code: z.string() })).meta({
      description: 'What kept them from answering at the last try.',
    }),
    alarms: z.array(z.enum(['missed', 'overdue'] satisfies CalendarStatus['alarms'][number][])),
  })
  .nullable()
  .meta({ description: 'OpenTimestamps calendars and the upstream; null where none is asked.' });

const anchorsSchema = z.object({
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
  lastFinalAt: instantSchema
    .nullable()
    .meta({ description: 'Null before the first, and where an earlier version did not write it.' }),
  alarms: z.array(z.enum(ALARMS)).meta({ description: 'What calls for an operator.' }),
  closed: z
    .union([
      z.object({
        reason: z.literal('spent'),
        txid: z.string(),
        height: z.number().int(),
        at: instantSchema,
      }),
      z.object({ reason: z.literal('key') }),
    ])
    .nullable()
    .meta({
      description:
        'Why nothing is anchored any more: a transaction that is no anchor spent the coin, or the key is lost.',
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

const coinBodySchema = z.strictObject({
  outpoint: textOfForm(COIN_PATTERN).meta({
    description: 'A confirmed, unspent output to the anchor address.',
  }),
});
const coinSchema = z.object({ outpoint: z.string(), value: satoshi });
const successionSchema = z.object({
  before: z.string().meta({ description: 'The coin that the old chain ended at.' }),
  outpoint: z.string(),
  value: satoshi,
});

export function anchorsRoutes(options: AnchorsRoutesOptions): Router {
  const { guard, chain, verifierKey, isDevelopment, status, anchorNow, funding } = options;
  const { witnesses, calendars, body } = options;
  // Which logs are inconsistent is for the operator: they are of all tenants.
  const answerOf = (now: AnchorStatus): z.infer<typeof anchorsSchema> => ({
    chain,
    verifierKey,
    development: isDevelopment,
    epochSize: now.epochSize,
    settledSize: now.settledSize,
    pending: now.pending,
    witnesses: witnessesView(witnesses()),
    calendars: calendarsView(calendars()),
    ...viewOf(now),
  });
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/anchors', {
    get: guard('anchor:read', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      sendJson(response, 200, answerOf(status()));
    }),
    post: guard.administering('anchor:now', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      return {
        question: {},
        take: async () => {
          const answer = answerOf(await anchorNow());
          return {
            made: { epochSize: answer.epochSize },
            send: () => {
              sendJson(response, 200, answer);
            },
          };
        },
      };
    }),
  });
  addResource(router, '/anchors/top-ups', {
    post: guard.administering('anchor:fund', async (_principal, request, response) => {
      const { outpoint } = validate(coinBodySchema, await readJsonBody(request, body), 'the body');
      return {
        question: { coin: outpoint },
        take: async () => {
          const coin = await topUpAnchors(funding, outpoint);
          return {
            made: {},
            send: () => {
              sendJson(response, 201, coin satisfies z.infer<typeof coinSchema>);
            },
          };
        },
      };
    }),
  });
  addResource(router, '/anchors/successor', {
    post: guard.administering('anchor:fund', async (_principal, request, response) => {
      const { outpoint } = validate(coinBodySchema, await readJsonBody(request, body), 'the body');
      return {
        question: { coin: outpoint },
        take: async () => {
          const succession = await succeedAnchors(funding, outpoint);
          return {
            made: { before: succession.before },
            send: () => {
              sendJson(response, 201, succession satisfies z.infer<typeof successionSchema>);
            },
          };
        },
      };
    }),
  });
  return router;
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
> {
  const { balance, rate, paidThisMonth, monthlyBudget, paidInAll, runwayDays, starved } = report;
  const { closed, takenBack, lastSettledAt, alarms } = report;
  return {
    waiting: {
      epochs: waitingSince === null ? 0 : epochSize - Math.max(1, settledSize),
      since: instantOrNull(waitingSince),
    },
    lastFinalAt: instantOrNull(lastSettledAt),
    alarms: [...alarms],
    closed: closed?.reason === 'spent' ? { ...closed, at: formatInstant(closed.at) } : closed,
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

/** At most 21·10¹⁴, which a double holds. */
function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function instantOrNull(at: UnixMillis | null): string | null {
  return at === null ? null : formatInstant(at);
}

export function describeAnchors(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/anchors',
    summary: 'How far the epochs have come into the chain',
    tags: ['anchors'],
    responses: {
      200: { description: 'The state of anchoring.', content: json(anchorsSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors',
    summary: 'Make an epoch of the present heads and put it on its way',
    description: 'Final once settledSize has reached epochSize: ask again until it has.',
    tags: ['anchors'],
    responses: {
      200: { description: 'The state of anchoring.', content: json(anchorsSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors/top-ups',
    summary: 'Name a coin that the next anchor pays in',
    description:
      'For operators and admins of the tenant "default". It must be confirmed and unspent.',
    tags: ['anchors'],
    request: { body: { required: true, content: json(coinBodySchema) } },
    responses: {
      201: { description: 'The coin.', content: json(coinSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors/successor',
    summary: 'Begin another chain of anchors where the one before has ended',
    description:
      'For operators and admins of the tenant "default", where the anchor key is another than that of the chain.',
    tags: ['anchors'],
    request: { body: { required: true, content: json(coinBodySchema) } },
    responses: {
      201: { description: 'Both ends.', content: json(successionSchema) },
      default: problemResponse,
    },
  });
}

function witnessesView(status: WitnessStatus | null): z.infer<typeof witnessesSchema> {
  if (status === null) return null;
  const { at, failures } = status;
  return {
    ...status,
    at: at === null ? null : formatInstant(at),
    failures: failures.map((failure) => ({ ...failure })),
  };
}

function calendarsView(status: CalendarStatus | null): z.infer<typeof calendarsSchema> {
  if (status === null) return null;
  return {
    ...status,
    lastStampedAt: instantOrNull(status.lastStampedAt),
    lastConfirmedAt: instantOrNull(status.lastConfirmedAt),
    waitingSince: instantOrNull(status.waitingSince),
    failures: status.failures.map((failure) => ({ ...failure })),
    alarms: [...status.alarms],
  };
}
