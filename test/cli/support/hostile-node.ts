/** What stands between a monitor and a node: it passes everything on but what a test has it alter. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { utf8 } from '../../../src/base/bytes.js';
import { formatVerifierKey } from '../../../src/tlog/note-key.js';
import { noteSigner, parseSignedNote, signNote } from '../../../src/tlog/signed-note.js';
import { namedKey } from '../../evidence/support/synthetic-keys.js';
import type { Serving } from './serving.js';

/** The body instead; null is "there is no such ledger". */
type Alter = (body: Uint8Array) => Uint8Array | null;

export interface HostileNode {
  readonly env: Serving['env'];
  /** Stands in front of another node from now on. */
  become(env: Serving['env']): void;
  /** Answers to paths with this step in them; null for as they are. */
  alter(step: string, change: Alter | null): void;
  /** Asks for another path than it was asked for. */
  redirect(from: string, to: string): void;
  /** The note, signed by a key of its own with the log's name. */
  resigned(note: Uint8Array): Uint8Array;
  vkeyOf(origin: string): string;
  stop(): Promise<void>;
}

export async function startHostileNode(env: Serving['env']): Promise<HostileNode> {
  let upstream = env['CHIROGRAPH_URL'] ?? '';
  const changes = new Map<string, Alter>();
  let [from, to] = ['', ''];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(from, to);
    void (async () => {
      const { authorization = '' } = request.headers;
      const answer = await fetch(upstream + path, { headers: { authorization } });
      const body = new Uint8Array(await answer.arrayBuffer());
      const change = [...changes].find(([step]) => path.includes(`/${step}`))?.[1];
      const altered = change === undefined || !answer.ok ? body : change(body);
      response.writeHead(altered === null ? 404 : answer.status, { connection: 'close' });
      response.end(altered ?? '{"code":"LEDGER_UNKNOWN","title":"There is no such ledger"}');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { ...env, CHIROGRAPH_URL: `http://127.0.0.1:${port}` },
    become: (other) => {
      upstream = other['CHIROGRAPH_URL'] ?? '';
    },
    alter: (step, change) => {
      if (change === null) changes.delete(step);
      else changes.set(step, change);
    },
    redirect: (one, other) => {
      [from, to] = [one, other];
    },
    resigned: (note) => {
      const { text } = parseSignedNote(new TextDecoder().decode(note));
      const { key, sign } = keyOf(text.split('\n')[0] ?? '');
      return utf8(signNote(text, noteSigner(key, sign)));
    },
    vkeyOf: (origin) => formatVerifierKey(keyOf(origin).key),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

function keyOf(origin: string) {
  return namedKey(origin, 'a key of the attacker’s own');
}
