/** Connections that others begin: admitted by number, proved by key, or let go without a byte. */
import type { Socket } from 'node:net';
import type SecretStream from '@hyperswarm/secret-stream';
import type { KeyPair } from '../../keys/key-pair.js';
import { Admission } from './admission.js';
import { answerHandshake } from './handshake.js';
import type { LinkLimits } from './link-limits.js';
import { type LinkKey, linkKeyOf } from './link-settings.js';
import type { RefusalCounts } from './link-status.js';
import type { Peer } from './peer.js';
import type { Pending } from './pending.js';

export class Answering {
  readonly #keys: KeyPair;
  readonly #peers: ReadonlyMap<LinkKey, Peer>;
  readonly #pending: Pending;
  readonly #admission: Admission;
  readonly #refused = { crowded: 0, malformed: 0, stranger: 0, unfinished: 0 };

  constructor(
    keys: KeyPair,
    peers: ReadonlyMap<LinkKey, Peer>,
    pending: Pending,
    limits: LinkLimits,
  ) {
    this.#keys = keys;
    this.#peers = peers;
    this.#pending = pending;
    this.#admission = new Admission(limits);
  }

  get unproved(): number {
    return this.#admission.unproved;
  }

  get refused(): RefusalCounts {
    return { ...this.#refused };
  }

  /** Whether a key may be answered now. */
  readonly isWelcome = (key: LinkKey): boolean => this.#peers.get(key)?.isWelcome ?? false;

  /** As `isWelcome`, of whoever asks to be answered: what is refused is counted. */
  readonly admits = (key: LinkKey): boolean => {
    const isWelcome = this.isWelcome(key);
    if (!isWelcome) this.#refused.stranger++;
    return isWelcome;
  };

  async answerTcp(socket: Socket): Promise<void> {
    const leave = this.#enter(socket.remoteAddress ?? '', socket);
    if (leave === null) return;
    const answer = await answerHandshake(socket, this.#keys, this.isWelcome);
    this.#pending.leave(socket);
    if (typeof answer === 'string') {
      this.#refused[answer]++;
      socket.destroy();
    } else this.#prove(answer, 'tcp', leave);
  }

  /** The DHT's handshake has asked `admits` already. */
  answerDht(stream: SecretStream): void {
    const leave = this.#enter(`dht ${linkKeyOf(stream.remotePublicKey)}`, stream);
    if (leave === null) return;
    this.#pending.leave(stream);
    this.#prove(stream, 'dht', leave);
  }

  /** @returns what gives the place free; null, and the connection gone, where there is none. */
  #enter(address: string, connection: Socket | SecretStream): (() => void) | null {
    const leave = this.#admission.enter(address);
    if (leave === null) {
      this.#refused.crowded++;
      connection.destroy();
      return null;
    }
    connection.once('close', leave);
    this.#pending.add(connection);
    return leave;
  }

  #prove(stream: SecretStream, via: 'tcp' | 'dht', leave: () => void): void {
    const peer = this.#peers.get(linkKeyOf(stream.remotePublicKey));
    if (peer === undefined) stream.destroy();
    else peer.answered({ stream, via }, leave);
  }
}
