/** TCP as links use it: who calls, and calling. What befalls a socket is told by its end. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { HostPort } from './link-settings.js';

export interface Listener {
  readonly address: HostPort;
  /** Takes nobody more; resolves when those that it took are gone. */
  close(): Promise<void>;
}

/** @throws the system's error where it cannot be listened on. */
export async function listenTcp(
  { host, port }: HostPort,
  onSocket: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return { address: { host, port: taken }, close: () => closed(server) };
}

/** May be written to at once. */
export function dialTcp(address: HostPort): Socket {
  const socket = connect({ ...address, noDelay: true });
  socket.on('error', () => undefined);
  return socket;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
