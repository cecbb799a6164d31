/** `chirograph dht`: runs a node of a private DHT until it is told to stop. */
import type { Command } from 'commander';
import { systemClock } from '../base/time.js';
import { createJsonLogger, LOG_LEVELS, standardOutput } from '../json-logger.js';
import { DhtNode } from '../replication/dht-node.js';
import { formatHostPort, parseHostPort } from '../replication/links/link-settings.js';
import { repeated, withExamples } from './command-help.js';
import { levelOf, numberOf } from './server-options.js';
import { stopSignal } from './stop-signal.js';

interface DhtFlags {
  readonly host: string;
  readonly port: string;
  readonly publicHost?: string;
  readonly bootstrap?: readonly string[];
  readonly logLevel: string;
}

const ABOUT = `
Nodes of a deployment find each other through such nodes by their link keys, over UDP. They store
nothing of any ledger and need no keys. A working DHT has four of them or more: with fewer, one
side takes a connection for made and the other never does. The first is started without
--bootstrap, the others name it, and peers name all of them. UDP over IPv4 only; where it does
not pass, peers are linked by TCP and need none of this. Untried: networks beyond one machine.`;

export function addDhtCommand(program: Command): void {
  const command = program
    .command('dht')
    .description(
      'run a node of a private DHT, four of which let peers find each other; logs JSON lines',
    )
    .option('--host <address>', 'IPv4 address to bind to', '127.0.0.1')
    .option('--port <port>', 'UDP port; 0 takes any that is free, not for the first node', '49737')
    .option('--public-host <address>', 'of the first node: IPv4 address by which others reach it')
    .option('--bootstrap <host:port>', 'a node that is there already; may be repeated', repeated)
    .option('--log-level <level>', `one of ${LOG_LEVELS.join(', ')}`, 'info')
    .action(serve);
  command.addHelpText('after', ABOUT);
  withExamples(
    command,
    'chirograph dht --host 192.0.2.1 --port 49737',
    'chirograph dht --host 192.0.2.2 --bootstrap 192.0.2.1:49737',
  );
}

async function serve(flags: DhtFlags): Promise<void> {
  const { host, publicHost = host, bootstrap = [] } = flags;
  const options = {
    listen: { host, port: numberOf('--port', flags.port, 0, 65_535) },
    publicHost,
    bootstrap: bootstrap.map(parseHostPort),
  };
  const level = levelOf(flags.logLevel);
  const logger = createJsonLogger({ level, clock: systemClock, sink: standardOutput() });
  const stop = stopSignal();
  try {
    const node = await DhtNode.open(options);
    logger.info('listening', { address: formatHostPort(node.address), nodes: node.known });
    // It goes on: the others may come later, and it asks them again by itself.
    if (bootstrap.length > 0 && node.known === 0) logger.warn('no other node answers');
    logger.info('stopping', { signal: await stop.received });
    await node.close();
    logger.info('stopped');
  } finally {
    stop.dispose();
  }
}
