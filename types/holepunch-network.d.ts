// The network packages of Holepunch ship no types. Only what we call is declared, as it is in the pinned versions.

declare module '@hyperswarm/secret-stream' {
  import type { Duplex } from 'node:stream';

  export interface NoiseKeyPair {
    readonly publicKey: Uint8Array;
    /** 64 bytes: seed ‖ public key. */
    readonly secretKey: Uint8Array;
  }

  /** What a finished Noise handshake left. */
  export interface Handshake {
    readonly tx: Uint8Array;
    readonly rx: Uint8Array;
    readonly hash: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly remotePublicKey: Uint8Array;
  }

  /** A duplex of whole messages; the raw stream under it is the socket, or UDX's. */
  export default class SecretStream extends Duplex {
    constructor(
      isInitiator: boolean,
      /** One of its own without it. */
      rawStream?: Duplex,
      /** Without a handshake it does its own, by fresh keys. */
      options?: { handshake: Handshake; data?: Uint8Array },
    );
    readonly isInitiator: boolean;
    readonly remotePublicKey: Uint8Array;
    readonly rawStream: Duplex & {
      /** Of `net.Socket`. */
      readonly bytesRead?: number;
      readonly bytesWritten?: number;
      /** Of a UDX stream. */
      readonly bytesReceived?: number;
      readonly bytesTransmitted?: number;
    };
    /** Whether the handshake has come to its end; false once it is destroyed before that. */
    readonly opened: Promise<boolean>;
  }
}

declare module 'noise-curve-ed' {
  const curve: unique symbol;
  export default curve;
}

declare module 'noise-handshake' {
  import type curve from 'noise-curve-ed';

  /** Every method throws an Error of whatever kind for bytes that are none of the pattern's. */
  export default class NoiseState {
    constructor(
      pattern: 'IK',
      isInitiator: boolean,
      staticKeyPair: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array },
      options: { curve: typeof curve },
    );
    initialise(prologue: Uint8Array, remoteStatic: Uint8Array | null): void;
    send(): Uint8Array;
    recv(message: Uint8Array): Uint8Array;
    readonly complete: boolean;
    /** The other's static key, once it is known. */
    readonly rs: Uint8Array | null;
    readonly tx: Uint8Array;
    readonly rx: Uint8Array;
    readonly hash: Uint8Array;
  }
}

declare module 'protomux' {
  import type { Duplex } from 'node:stream';

  /** compact-encoding, as far as we write encodings of our own. */
  export interface State {
    buffer: Uint8Array;
    start: number;
    end: number;
  }
  export interface Encoding<T> {
    preencode(state: State, value: T): void;
    encode(state: State, value: T): void;
    decode(state: State): T;
  }
  export interface Message<T> {
    /** False when the stream's buffer is full, or the channel is closed. */
    send(message: T): boolean;
  }
  export interface ChannelOptions<H, T> {
    readonly protocol: string;
    readonly handshake?: Encoding<H>;
    readonly messages: readonly { encoding: Encoding<T>; onmessage(message: T): void }[];
    onopen?(handshake: H): void;
    onclose?(isRemote: boolean): void;
  }
  export interface Channel<H, T> {
    readonly opened: boolean;
    readonly closed: boolean;
    readonly messages: readonly Message<T>[];
    open(handshake?: H): void;
    close(): void;
  }

  export default class Protomux {
    constructor(stream: Duplex);
    readonly stream: Duplex;
    /** False while what was written waits for the other side to read. */
    readonly drained: boolean;
    /** Null where the stream is destroyed, or such a channel is open. */
    createChannel<H, T>(options: ChannelOptions<H, T>): Channel<H, T> | null;
    destroy(cause?: Error): void;
    /** Whole messages of the stream. */
    protected _ondata(frame: Uint8Array): void;
    /** Where its own and its users' exceptions end. */
    protected _safeDestroy(cause: unknown): void;
  }
}

declare module 'hyperdht' {
  import type { EventEmitter } from 'node:events';
  import type SecretStream from '@hyperswarm/secret-stream';
  import type { NoiseKeyPair } from '@hyperswarm/secret-stream';

  export interface Address {
    readonly host: string;
    readonly port: number;
  }
  export interface Options {
    readonly bootstrap: readonly Address[];
    readonly host?: string;
    readonly port?: number;
    readonly anyPort?: boolean;
    readonly ephemeral?: boolean;
    readonly firewalled?: boolean;
    readonly keyPair?: NoiseKeyPair;
  }
  export interface Server extends EventEmitter {
    listen(keyPair: NoiseKeyPair): Promise<unknown>;
    close(): Promise<void>;
  }
  export default class HyperDHT extends EventEmitter {
    constructor(options: Options);
    /** Of its options, or made for this once. */
    readonly defaultKeyPair: NoiseKeyPair;
    static bootstrapper(port: number, host: string, options?: Partial<Options>): HyperDHT;
    address(): Address;
    /** Bound, and known to the others as far as they answer. */
    fullyBootstrapped(): Promise<void>;
    /** @param options.firewall true refuses a key. */
    createServer(
      options: { firewall(remotePublicKey: Uint8Array): boolean },
      onConnection: (stream: SecretStream) => void,
    ): Server;
    connect(remotePublicKey: Uint8Array, options: { keyPair: NoiseKeyPair }): SecretStream;
    destroy(options?: { force: boolean }): Promise<void>;
    toArray(): readonly Address[];
  }
}

declare module 'blind-peer-muxer' {
  import type { Duplex } from 'node:stream';

  export interface WantedCores {
    readonly cores: readonly { readonly key: Uint8Array; readonly length: number }[];
    /** 0 or 1, the most that a peer without a name may ask for: what is let go last where room runs out. */
    readonly priority: number;
    /** Whether strangers are to find the Hypercores by the DHT. */
    readonly announce: boolean;
    readonly referrer: Uint8Array | null;
  }

  /** The channel `blind-peer` on the Protomux of a stream, which is made if there is none; opened by the constructor. */
  export default class BlindPeerMuxer {
    /** @throws TypeError where the stream is destroyed. */
    constructor(stream: Duplex, options: { onopen(): void; onclose(): void });
    addCores(wanted: WantedCores): boolean;
    close(): void;
  }
}

declare module 'z32' {
  const z32: {
    encode(bytes: Uint8Array): string;
    /** @throws Error for other characters. */
    decode(text: string): Buffer;
  };
  export default z32;
}
