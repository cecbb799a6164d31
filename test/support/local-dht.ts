import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { DhtNode } from '../../src/replication/dht-node.js';

const host = '127.0.0.1';

/** A DHT of so many nodes on loopback, in this process; the first is there to be named. */
export async function openDht(size: number): Promise<DhtNode[]> {
  const listen = { host, port: await freeUdpPort() };
  const nodes = [await DhtNode.open({ listen, publicHost: host, bootstrap: [] })];
  while (nodes.length < size)
    nodes.push(
      await DhtNode.open({ listen: { host, port: 0 }, publicHost: host, bootstrap: [listen] }),
    );
  return nodes;
}

/** One that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(resolve));
  return port;
}
