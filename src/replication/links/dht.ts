/**
 * Links through a private DHT: found by key, connected over UDP, holes punched where addresses are translated. HyperDHT
 * has the same Noise IK handshake as TCP here, and asks us about the caller's key before it answers. It is what Hyperswarm
 * connects with; peers are known by key and not by topic, so nothing of Hyperswarm's own is needed.
 */
import type SecretStream from '@hyperswarm/secret-stream';
import HyperDHT, { type Server } from 'hyperdht';
import type { KeyPair } from '../../keys/key-pair.js';
import { type HostPort, type LinkKey, linkKeyOf } from './link-settings.js';
import type { Timers } from './timers.js';

const UNANNOUNCE_MILLIS = 3_000;

export interface DhtOptions {
  readonly bootstrap: readonly HostPort[];
  /** UDP; null takes any port. */
  readonly listen: HostPort | null;
  readonly keys: KeyPair;
  readonly timers: Timers;
  readonly admits: (key: LinkKey) => boolean;
  readonly onStream: (stream: SecretStream) => void;
  /** It cannot be found by others. */
  readonly onUnannounced: (cause: unknown) => void;
}

export class DhtEnd {
  readonly #dht: HyperDHT;
  readonly #server: Server;
  readonly #timers: Timers;
  readonly #keys: KeyPair;

  constructor(options: DhtOptions) {
    const { bootstrap, listen, keys, timers, admits, onStream, onUnannounced } = options;
    this.#keys = keys;
    this.#timers = timers;
    this.#dht = new HyperDHT({ bootstrap, keyPair: keys, ...listen });
    this.#server = this.#dht.createServer(
      { firewall: (remotePublicKey) => !admits(linkKeyOf(remotePublicKey)) },
      (stream) => {
        stream.on('error', () => undefined);
        onStream(stream);
      },
    );
    // Not waited for: a DHT that cannot be reached must not keep TCP from beginning.
    this.#server.listen(keys).catch(onUnannounced);
  }

  /** Its `opened` says what becomes of it. */
  dial(remotePublicKey: Uint8Array): SecretStream {
    const stream = this.#dht.connect(Buffer.from(remotePublicKey), { keyPair: this.#keys });
    stream.on('error', () => undefined);
    return stream;
  }

  /** Takes its key back from the DHT, if that answers soon. Resolves when nothing more is sent. */
  async close(): Promise<void> {
    let giveUp: () => void = () => undefined;
    const patience = new Promise<void>((resolve) => {
      giveUp = this.#timers.after(UNANNOUNCE_MILLIS, resolve);
    });
    await Promise.race([this.#server.close(), patience]);
    giveUp();
    // What is still announced leads nowhere, and is forgotten by itself.
    await this.#dht.destroy({ force: true });
  }
}
