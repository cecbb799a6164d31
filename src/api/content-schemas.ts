/** What a node says of content of files that goes over its links, as JSON. */
import { z } from 'zod';
import {
  CONTENT_TROUBLE_TEXTS,
  CONTENT_TROUBLES,
  type ContentStatus,
  contentTroubles,
} from '../replication/chunks/content-status.js';

const count = z.number().int().nonnegative();

export const contentSchema = z.object({
  peers: z.array(
    z.object({
      node: z.string().meta({ description: 'Receipt key, hex.' }),
      name: z.string(),
      given: count.meta({ description: 'Bytes of chunks, since the start.' }),
      fetched: count,
      lies: count.meta({
        description: 'Chunks that were not what they should be, while another sent the right one.',
      }),
      setAside: z.boolean().meta({ description: 'It lied, and is asked for nothing now.' }),
    }),
  ),
  drives: z.array(
    z.object({
      tenant: z.string(),
      ledger: z.string(),
      origin: z.string(),
      keep: z.enum(['all', 'asked']),
      behind: count.meta({ description: 'Entries whose content was not looked for yet.' }),
      lacking: count.meta({ description: 'Entries whose content nobody who was asked has given.' }),
    }),
  ),
  bytes: count.meta({ description: 'Of chunks on disk that came from others.' }),
  maxBytes: count.nullable(),
  healed: count.meta({ description: 'Chunks that were put back when they were read.' }),
  troubles: z.array(z.object({ kind: z.enum(CONTENT_TROUBLES), text: z.string() })),
});

export function shownContent(status: ContentStatus): z.infer<typeof contentSchema> {
  const { bytes, drives, healed, maxBytes, peers } = status;
  return {
    ...{ bytes, healed, maxBytes },
    peers: peers.map(({ isSetAside, ...peer }) => ({ ...peer, setAside: isSetAside })),
    drives: drives.map((drive) => ({ ...drive })),
    troubles: contentTroubles(status).map((kind) => ({ kind, text: CONTENT_TROUBLE_TEXTS[kind] })),
  };
}
