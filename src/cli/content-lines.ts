/** Content of files between nodes, as people read it. */
import { z } from 'zod';
import { columns } from './columns.js';
import { oneLine } from './terminal.js';

export const contentSchema = z.object({
  peers: z.array(
    z.object({
      name: z.string(),
      given: z.number(),
      fetched: z.number(),
      lies: z.number(),
      setAside: z.boolean(),
    }),
  ),
  drives: z.array(
    z.object({
      tenant: z.string(),
      ledger: z.string(),
      keep: z.string(),
      behind: z.number(),
      lacking: z.number(),
    }),
  ),
  bytes: z.number(),
  maxBytes: z.number().nullable(),
  troubles: z.array(z.object({ text: z.string() })),
});

/** Nothing where no drive is kept by others. */
export function contentLines(content: z.infer<typeof contentSchema>): string[] {
  const { bytes, drives, maxBytes, peers, troubles } = content;
  return [
    ...(drives.length === 0
      ? []
      : columns(
          ['DRIVE', 'CONTENT', 'ENTRIES BEHIND', 'MISSING'],
          drives.map(({ behind, keep, lacking, ledger, tenant }) => [
            oneLine(`${tenant}/${ledger}`),
            keep === 'all' ? 'all' : 'what is read',
            keep === 'all' ? String(behind) : '-',
            keep === 'all' ? String(lacking) : '-',
          ]),
        )),
    ...(bytes === 0 && maxBytes === null
      ? []
      : [`content from others: ${bytes} bytes${maxBytes === null ? '' : ` of ${maxBytes}`}`]),
    ...peers.flatMap(({ lies, name, setAside }) =>
      lies === 0
        ? []
        : [
            `${oneLine(name)}: sent ${lies} wrong chunks${setAside ? ', and is not asked now' : ''}`,
          ],
    ),
    ...troubles.map(({ text }) => `WRONG: ${oneLine(text)}`),
  ];
}
