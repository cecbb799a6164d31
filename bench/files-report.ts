/** The figures of files as tables in Markdown. */
import type { ByteRates } from './file-references.js';
import type { FilesFigures } from './files.js';
import { round, table } from './tables.js';

export function formatFiles({ runs, sizes, list, edit }: FilesFigures): string {
  const shown = ({ put, get }: ByteRates, raw: ByteRates): string[] => [
    `${round(put)} (${(put / raw.put).toFixed(2)})`,
    `${round(get)} (${(get / raw.get).toFixed(2)})`,
  ];
  return [
    `MB/s, medians of ${runs} run${runs === 1 ? '' : 's'}, one object after the other over one connection; in brackets the ratio to raw Hyperblobs, which hash nothing, seal nothing and sync nothing.`,
    '',
    ...table(
      [
        ...['object', 'Hyperblobs put', 'get', 'file with fsync put', 'get', 'REST put', 'get'],
        ...['S3 put', 'get', 'node resident, MiB'],
      ],
      sizes.map((size) => [
        sizeText(size.bytes),
        ...[round(size.raw.put), round(size.raw.get), round(size.files.put), round(size.files.get)],
        ...shown(size.rest, size.raw),
        ...shown(size.s3, size.raw),
        round(size.residentMebibytes),
      ]),
    ),
    '',
    ...table(
      [
        'keys',
        'puts/s, 32 at once',
        'listed first after a start, ms',
        'again, ms',
        'node resident, MiB',
      ],
      [
        [
          ...[round(list.keys), round(list.putsPerSecond), round(list.firstMillis)],
          ...[round(list.againMillis), round(list.residentMebibytes)],
        ],
      ],
    ),
    '',
    `A file of ${sizeText(edit.bytes)} of which one block was changed took ${round(edit.grownBytes / 1000)} kB more.`,
    '',
  ].join('\n');
}

function sizeText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${bytes / 2 ** 30} GiB`;
  return bytes >= 2 ** 20 ? `${round(bytes / 2 ** 20)} MiB` : `${bytes / 2 ** 10} KiB`;
}
