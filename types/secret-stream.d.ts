// Ships no types. Only what is called is declared.

declare module '@hyperswarm/secret-stream' {
  import type { Duplex } from 'node:stream';

  export default class NoiseSecretStream extends Duplex {
    /** @param rawStream what it runs over; without it `rawStream` is to be piped. */
    constructor(isInitiator: boolean, rawStream?: Duplex | null);
    readonly rawStream: Duplex;
    /** After the handshake. */
    readonly opened: Promise<boolean>;
    readonly remotePublicKey: Buffer | null;
  }
}
