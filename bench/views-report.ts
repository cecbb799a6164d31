/** The figures of the views as Markdown: what README shows is what this prints. */
import type { Times, ViewsResult } from './views-result.js';

export function formatViews(result: ViewsResult): string {
  const { records, subjects, ingest, cost, rebuild, maps, postgres } = result;
  const rows: [string, string][] = [
    ...(cost === null
      ? []
      : ([
          ['NDJSON ingest with views, records/s', round(cost.withViews)],
          ['NDJSON ingest without views, records/s', round(cost.without)],
          ['views cost ingest', `${(100 * (1 - cost.withViews / cost.without)).toFixed(0)} %`],
        ] as [string, string][])),
    [`NDJSON ingest of all ${round(records)}, records/s`, round(ingest.recordsPerSecond)],
    ['entries in no view yet, at most', round(ingest.maxLag)],
    ['entries in no view yet, at the last receipt', round(ingest.lagAtEnd)],
    ['views caught up after the last receipt, ms', round(ingest.caughtUpMillis)],
    ['views made again, ingest idle, records/s', round(rebuild.recordsPerSecond)],
    ['views made again, s', (rebuild.millis / 1000).toFixed(1)],
    [`map of all ${round(subjects)} subjects, ms`, round(maps.allMillis)],
    [`map after ${maps.few} subjects changed, ms`, round(maps.fewMillis)],
  ];
  const times: [string, Times][] = [
    ['as of a size, over HTTP: the first after a start', result.asOfFirst],
    ['as of a size, over HTTP', result.asOf],
    ['as of a size and valid at an instant, over HTTP', result.validAt],
    ['as of a size with proof of completeness, in process', result.proven],
    ...(postgres === null
      ? []
      : ([
          [`PostgreSQL ${postgres.version}: as of`, postgres.asOf],
          [`PostgreSQL ${postgres.version}: as of and valid at`, postgres.validAt],
        ] as [string, Times][])),
  ];
  return [
    `${result.machine}; ${round(records)} records of ${round(subjects)} subjects; load ` +
      `${result.loadBefore.toFixed(1)} before the run, ${result.loadAfter.toFixed(1)} after`,
    '',
    '| figure |  |',
    '| --- | ---: |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    ...(postgres === null
      ? []
      : [`| PostgreSQL: COPY and index, records/s | ${round(postgres.copiedPerSecond)} |`]),
    '',
    '| question | p50, ms | p95, ms |',
    '| --- | ---: | ---: |',
    ...times.map(
      ([name, { p50Millis, p95Millis }]) =>
        `| ${name} | ${p50Millis.toFixed(1)} | ${p95Millis.toFixed(1)} |`,
    ),
    '',
  ].join('\n');
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
