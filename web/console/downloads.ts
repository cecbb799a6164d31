/** Files, fetched with the key and given to the browser to keep. */
import { button, element } from '../shared/elements.js';
import type { Surroundings } from './context.js';
import type { FileToTake } from './files.js';
import { Latest } from './latest.js';
import type { NodeApi } from './node-api.js';
import type { StatusBar } from './status-bar.js';
import { problemView } from './view-parts.js';

export interface DownloadsParts extends Surroundings {
  readonly api: NodeApi;
  readonly status: StatusBar;
}

/** Until then the browser has begun to read what it was given. */
const KEPT_MILLIS = 60_000;
/** The digest is computed over the file in memory. */
const MAX_DIGESTED_BYTES = 512 * 1024 * 1024;

export class Downloads {
  readonly #parts: DownloadsParts;
  readonly #latest = new Latest();

  constructor(parts: DownloadsParts) {
    this.#parts = parts;
  }

  /** One at a time: another ends it. @param what its name for people. */
  take({ path, name }: FileToTake, what: string): void {
    const { api, status, context, problemOf } = this.#parts;
    const { say } = context();
    status.show(
      element('p', {}, say('files.fetching', { what })),
      button(say('files.cancel'), () => {
        this.stop();
        status.clear();
      }),
    );
    const question = async (signal: AbortSignal): Promise<Saved> => {
      const download = await api.client.download(path, signal);
      const digest = await digestOf(download.blob);
      return { blob: download.blob, name: download.name ?? name, digest };
    };
    this.#latest.ask(question, {
      answered: ({ blob, name: saved, digest }) => {
        keep(blob, saved);
        const { say: now } = context();
        status.show(
          element('p', {}, now('files.saved', { name: saved, bytes: blob.size })),
          ...(digest === null
            ? []
            : [element('p', { class: 'hash' }, now('files.digest', { digest }))]),
        );
      },
      failed: (error) => {
        status.show(problemView(problemOf(error), context().say));
      },
    });
  }

  stop(): void {
    this.#latest.stop();
  }
}

interface Saved {
  readonly blob: Blob;
  readonly name: string;
  readonly digest: string | null;
}

/** Null where the browser computes none: it does so over HTTPS and on this machine alone. */
async function digestOf(blob: Blob): Promise<string | null> {
  if (!isSecureContext || blob.size > MAX_DIGESTED_BYTES) return null;
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function keep(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = element('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, KEPT_MILLIS);
}
