/**
 * A calendar as the public ones are: a commitment is not what was sent, promises are its own or another's, and blocks
 * come when a test mines one. Real HTTP on a free port.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { concat, fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { OtsOperation } from '../../src/evidence/opentimestamps/operations.js';
import type { OtsTimestamp } from '../../src/evidence/opentimestamps/ots-file.js';
import { underSteps } from '../../src/evidence/opentimestamps/timestamp-tree.js';
import { timestampBytes } from '../../src/evidence/opentimestamps/write-ots-file.js';

const SHA256: OtsOperation = { kind: 'sha256' };

export class CalendarDouble {
  readonly #server: Server;
  /** By commitment, hex; with the height of its block once it has one. */
  readonly #known = new Map<string, number | null>();
  /** What its promises name; its own place unless told. */
  promisedUri: string | null = null;
  /** In place of its answers. */
  says: Uint8Array | null = null;
  isDown = false;
  readonly asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push({ url: request.url ?? '', headers: request.headers });
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (this.isDown) {
          response.destroy();
          return;
        }
        const answer = this.says ?? this.#answer(request.url ?? '', Buffer.concat(chunks));
        response.statusCode = answer === null ? 404 : 200;
        response.setHeader('content-type', 'application/octet-stream');
        response.end(answer ?? 'Pending confirmation in Bitcoin blockchain');
      });
    });
  }

  static async open(): Promise<CalendarDouble> {
    const calendar = new CalendarDouble();
    calendar.#server.listen(0, '127.0.0.1');
    await once(calendar.#server, 'listening');
    return calendar;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** All that it knows, into one block. */
  mine(height: number): void {
    for (const commitment of this.#known.keys()) this.#known.set(commitment, height);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** No two calendars promise the same. */
  get #salt(): Uint8Array {
    return utf8(this.url);
  }

  /** Takes over what another promised. */
  knows(other: CalendarDouble): void {
    for (const [commitment, height] of other.#known) this.#known.set(commitment, height);
  }

  #answer(path: string, body: Uint8Array): Uint8Array | null {
    if (path === '/digest') return this.#promise(body);
    const commitment = path.replace('/timestamp/', '');
    const height = this.#known.get(commitment) ?? null;
    if (height === null) return null;
    const block: OtsTimestamp = { attestations: [{ kind: 'bitcoin', height }], branches: [] };
    return timestampBytes(
      underSteps(
        [{ kind: 'append', argument: sha256(this.#salt, fromHex(commitment)) }, SHA256],
        block,
      ),
    );
  }

  #promise(digest: Uint8Array): Uint8Array {
    const time = Uint8Array.of(0x69, 0x2a, 0, 1);
    const nonce = sha256(this.#salt, digest).subarray(0, 8);
    const mark = sha256(nonce).subarray(0, 8);
    this.#known.set(toHex(concat(time, sha256(digest, nonce), mark)), null);
    const uri = this.promisedUri ?? this.url.slice(0, -1);
    const steps: OtsOperation[] = [
      { kind: 'append', argument: nonce },
      SHA256,
      { kind: 'prepend', argument: time },
      { kind: 'append', argument: mark },
    ];
    const promise: OtsTimestamp = { attestations: [{ kind: 'pending', uri }], branches: [] };
    return timestampBytes(underSteps(steps, promise));
  }
}
