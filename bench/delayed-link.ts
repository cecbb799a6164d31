/** A Noise link over TCP, both ends in this process, with a way that takes time. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import SecretStream from '@hyperswarm/secret-stream';
import { deferred } from './deferred.js';

export interface DelayedLink {
  readonly asking: SecretStream;
  readonly serving: SecretStream;
  close(): Promise<void>;
}

/** Two ends of a Noise link over TCP through a relay that holds back every byte for as long as told, each way. */
export async function connect(delay: number): Promise<DelayedLink> {
  const accepted = deferred<net.Socket>();
  const server = await listening(net.createServer(accepted.resolve));
  const relay = await listening(
    net.createServer((near) => {
      const far = net.connect(portOf(server), '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (chunk) => {
          if (delay === 0) to.write(chunk);
          else setTimeout(() => to.write(chunk), delay);
        });
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
      }
    }),
  );
  const asking = new SecretStream(true, net.connect(portOf(relay), '127.0.0.1'));
  const serving = new SecretStream(false, await accepted.promise);
  for (const end of [asking, serving]) end.on('error', () => undefined);
  return {
    asking,
    serving,
    close: async () => {
      const closed = [asking, serving].map((end) => once(end, 'close'));
      asking.destroy();
      serving.destroy();
      await Promise.all(closed);
      relay.close();
      server.close();
    },
  };
}

async function listening(server: net.Server): Promise<net.Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}
