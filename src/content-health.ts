/** What monitoring learns of content of files between nodes. */
import { Gauge, type Registry } from 'prom-client';
import {
  CONTENT_TROUBLE_TEXTS,
  CONTENT_TROUBLES,
  type ContentStatus,
  contentTroubles,
} from './replication/chunks/content-status.js';

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function contentReasons(status: ContentStatus | null): readonly string[] {
  if (status === null) return [];
  return contentTroubles(status).map((trouble) => CONTENT_TROUBLE_TEXTS[trouble]);
}

/** Read when they are asked for. */
export function contentMetrics(registry: Registry, status: () => ContentStatus | null): void {
  const gauge = (
    name: string,
    labelNames: readonly string[],
    help: string,
    read: (status: ContentStatus) => readonly Row[],
  ): void => {
    new Gauge({
      ...{ name: `chirograph_content_${name}`, help, labelNames: [...labelNames] },
      registers: [registry],
      collect() {
        this.reset();
        const now = status();
        for (const [labels, value] of now === null ? [] : read(now)) this.set(labels, value);
      },
    });
  };
  gauge('given_bytes', ['peer'], 'Of chunks to the peer, since the start.', ({ peers }) =>
    peers.map(({ given, name: peer }): Row => [{ peer }, given]),
  );
  gauge('fetched_bytes', ['peer'], 'Of chunks from the peer, since the start.', ({ peers }) =>
    peers.map(({ fetched, name: peer }): Row => [{ peer }, fetched]),
  );
  gauge('lies', ['peer'], 'Chunks of the peer that another sent as they are.', ({ peers }) =>
    peers.map(({ lies, name: peer }): Row => [{ peer }, lies]),
  );
  gauge('set_aside', ['peer'], 'Whether the peer is asked for nothing.', ({ peers }) =>
    peers.map(({ isSetAside, name: peer }): Row => [{ peer }, Number(isSetAside)]),
  );
  gauge('behind_entries', ['origin'], 'Entries whose content was not looked for.', ({ drives }) =>
    drives.map(({ behind, origin }): Row => [{ origin }, behind]),
  );
  gauge('lacking_entries', ['origin'], 'Entries whose content nobody gave.', ({ drives }) =>
    drives.map(({ lacking, origin }): Row => [{ origin }, lacking]),
  );
  gauge('copied_bytes', [], 'Of chunks on disk that came from others.', ({ bytes }) => [
    [{}, bytes],
  ]);
  gauge('healed_chunks', [], 'Put back when they were read, since the start.', ({ healed }) => [
    [{}, healed],
  ]);
  gauge('trouble', ['trouble'], 'Whether that is wrong.', (now) =>
    CONTENT_TROUBLES.map((trouble): Row => [
      { trouble },
      Number(contentTroubles(now).includes(trouble)),
    ]),
  );
}
