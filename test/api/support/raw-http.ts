import { connect, type Socket } from 'node:net';

/** A TCP connection to the node, for what no HTTP client would send. */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';
  readonly #ended: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#received += text;
    });
    // A reset is one of the ways a node ends a connection.
    socket.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawConnection(socket);
  }

  get received(): string {
    return this.#received;
  }

  send(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Resolves when what has been received contains the text. */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      if (this.#socket.destroyed) throw new Error(`the connection ended before ${text}`);
      await new Promise<void>((resolve) => {
        this.#socket.once('data', () => {
          resolve();
        });
        this.#socket.once('close', () => {
          resolve();
        });
      });
    }
  }

  /** Everything received, once the node has ended the connection. */
  async untilEnd(): Promise<string> {
    await this.#ended;
    return this.#received;
  }
}
