/** Which blind peers are to keep which ledgers, as an operator writes it: parsed here, once, as a part of the file of peers. */
import z32 from 'z32';
import { z } from 'zod';
import { toHex } from '../../base/bytes.js';
import { type LinkKey, linkKeySchema } from '../links/link-settings.js';

/** Ledgers of one tenant. */
export interface ChosenLedgers {
  readonly tenant: string;
  /** Null for all of them, those to come and the node's own (`_access` and the like) included. */
  readonly ledger: string | null;
}

export interface BlindPeerSettings {
  /** For people; unique among the blind peers. */
  readonly name: string;
  /** By which the DHT finds it, and which it proves to have. */
  readonly key: LinkKey;
  /** Where it stands, ISO 3166-1 alpha-2; null where nobody has said. */
  readonly country: string | null;
  readonly ledgers: readonly ChosenLedgers[];
}

const MAX_BLIND_PEERS = 16;
const MAX_CHOSEN = 1_000;

const CHOSEN =
  /^([a-z0-9][a-z0-9-]{0,62}|_node)\/(\*|[a-z0-9][a-z0-9.-]{0,62}|_access|_inspections|_identities)$/;
const chosen = z
  .string()
  .regex(CHOSEN, 'must be tenant/ledger, or tenant/* for all ledgers of a tenant')
  .transform((text): ChosenLedgers => {
    const [tenant = '', ledger = ''] = text.split('/');
    return { tenant, ledger: ledger === '*' ? null : ledger };
  });
/** Blind peers print theirs in z-base-32. */
const key = z.string().transform(asHex).pipe(linkKeySchema);
const blindPeer = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -'),
  key,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country as ISO 3166-1 writes it, such as DE')
    .optional(),
  // None is chosen by itself: what is given to a blind peer does not come back.
  ledgers: z.array(chosen).min(1, 'must name a ledger').max(MAX_CHOSEN),
});

export const blindPeersSchema = z
  .array(blindPeer)
  .max(MAX_BLIND_PEERS)
  .superRefine((peers, context) => {
    for (const [at, one] of peers.entries())
      for (const member of ['name', 'key'] as const)
        if (peers.slice(0, at).some((other) => other[member] === one[member]))
          context.addIssue({
            ...{ code: 'custom', path: [at, member] },
            message: 'is that of another blind peer',
          });
  })
  .transform((peers): readonly BlindPeerSettings[] =>
    peers.map(({ country, ...peer }) => ({ ...peer, country: country ?? null })),
  );

export function isChosen(
  { ledgers }: Pick<BlindPeerSettings, 'ledgers'>,
  tenant: string,
  ledger: string,
): boolean {
  return ledgers.some(
    (one) => one.tenant === tenant && (one.ledger === null || one.ledger === ledger),
  );
}

const Z32 = /^[ybndrfg8ejkmcpqxot1uwisza345h769]{52}$/;

function asHex(text: string): string {
  if (!Z32.test(text)) return text;
  const bytes = z32.decode(text);
  // 52 characters hold four bits more than a key has: they are 0.
  return z32.encode(bytes) === text ? toHex(bytes) : text;
}
