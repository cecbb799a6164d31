/**
 * Several nodes that keep the same ledgers, asked as one. Reads go to whoever is the least behind, and among those to whoever is
 * the quickest; writes to whoever takes them. Who is away, or not the one, is passed over.
 */
import { isJsonObject } from '../base/json-members.js';
import { systemErrorCode } from '../base/system-error.js';
import { CliError, RefusedByNode } from './cli-error.js';
import type { NodeClient } from './node-client.js';

export interface BalancedNode {
  readonly client: NodeClient;
  /** Waits for no answer for long: who does not answer it is asked last. */
  readonly probe: Pick<NodeClient, 'headers'>;
}

/** What a node is worth for reads: ascending by each in turn. */
interface Standing {
  readonly node: BalancedNode;
  readonly isAway: boolean;
  /** Whether it hears no writer. */
  readonly isCutOff: boolean;
  /** Entries that are missing there, as far as it knows. */
  readonly lag: number;
  readonly millis: number;
}

/** Refusals that are of this node alone. */
const ELSEWHERE: ReadonlySet<string> = new Set(['WRITTEN_ELSEWHERE', 'LEDGER_ELSEWHERE']);
/** Nothing was appended there, and nothing will be. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ...ELSEWHERE,
  ...['LEDGER_READ_ONLY', 'LEDGER_UNKNOWN', 'READ_BEHIND'],
]);
/** Whether anything was appended nobody knows. */
const UNKNOWN_END: ReadonlySet<string> = new Set([
  ...['LEDGER_CLOSED', 'LEDGER_FAILED', 'LEDGER_UNSETTLED'],
]);
/** Nothing was sent then. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);

/** @param nodes at least one. */
export function createBalancedClient(nodes: readonly BalancedNode[]): NodeClient {
  const known = new Map<string, Promise<readonly BalancedNode[]>>();
  const inOrder = (path: string): Promise<readonly BalancedNode[]> => {
    // A drive is a ledger of its name.
    const name = /^\/v1\/(?:ledgers|files)\/([^/?]+)/.exec(path)?.[1];
    const asked = name === undefined ? '/readyz' : `/v1/ledgers/${name}`;
    const found = known.get(asked) ?? ranked(nodes, asked);
    known.set(asked, found);
    return found;
  };
  const read = async <T>(path: string, ask: (client: NodeClient) => Promise<T>): Promise<T> =>
    firstOf(await inOrder(path), ask, () => true);
  const write = async <T>(
    path: string,
    mayRepeat: boolean,
    ask: (client: NodeClient) => Promise<T>,
  ): Promise<T> => firstOf(await inOrder(path), ask, (cause) => mayRepeat || isUnsent(cause));
  return {
    request: (request) => {
      const { idempotencyKey, method, path } = request;
      return method === 'GET'
        ? read(path, (client) => client.request(request))
        : write(path, idempotencyKey !== undefined, (client) => client.request(request));
    },
    headers: (path) => read(path, (client) => client.headers(path)),
    download: (path) => read(path, (client) => client.download(path)),
    open: (path, accept, headers) => read(path, (client) => client.open(path, accept, headers)),
    send: (request) => write(request.path, false, (client) => client.send(request)),
    postBytes: (path, type, bytes) =>
      write(path, false, (client) => client.postBytes(path, type, bytes)),
    postLines: (path, lines) =>
      write(path, false, async (client) => {
        const answers = await client.postLines(path, lines);
        const isAnothers = answers.length > 0 && answers.every(isOfElsewhere);
        if (isAnothers)
          throw new RefusedByNode('LEDGER_ELSEWHERE', 'another node takes these lines');
        return answers;
      }),
  };
}

async function ranked(
  nodes: readonly BalancedNode[],
  path: string,
): Promise<readonly BalancedNode[]> {
  const standings = await Promise.all(nodes.map((node) => standingOf(node, path)));
  return standings
    .sort(
      (a, b) =>
        Number(a.isAway) - Number(b.isAway) ||
        Number(a.isCutOff) - Number(b.isCutOff) ||
        a.lag - b.lag ||
        a.millis - b.millis,
    )
    .map(({ node }) => node);
}

async function standingOf(node: BalancedNode, path: string): Promise<Standing> {
  const began = performance.now();
  try {
    const headers = await node.probe.headers(path);
    const millis = performance.now() - began;
    const said = headers.get('chirograph-lag') ?? '0';
    const lag = /^\d{1,15}$/.test(said) ? Number(said) : Infinity;
    return { node, isAway: false, isCutOff: headers.has('chirograph-silent-since'), lag, millis };
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return { node, isAway: true, isCutOff: true, lag: Infinity, millis: Infinity };
  }
}

/** @throws what the first said that it could be asked of, if none answers. */
async function firstOf<T>(
  nodes: readonly BalancedNode[],
  ask: (client: NodeClient) => Promise<T>,
  mayGoOn: (cause: CliError) => boolean,
): Promise<T> {
  let first: CliError | null = null;
  for (const { client } of nodes)
    try {
      return await ask(client);
    } catch (cause) {
      if (!(cause instanceof CliError) || !isPassedOver(cause, mayGoOn)) throw cause;
      first ??= cause;
    }
  throw first ?? new CliError('CLI_USAGE', 'name at least one node');
}

function isPassedOver(cause: CliError, mayGoOn: (cause: CliError) => boolean): boolean {
  return cause instanceof RefusedByNode
    ? PASSED_OVER.has(cause.problem) || (UNKNOWN_END.has(cause.problem) && mayGoOn(cause))
    : cause.code === 'CLI_NODE_UNREACHABLE' && mayGoOn(cause);
}

function isUnsent({ cause }: CliError): boolean {
  return NOT_CONNECTED.has(systemErrorCode(cause) ?? '');
}

function isOfElsewhere(answer: unknown): boolean {
  const code = isJsonObject(answer as never) ? (answer as { code?: unknown }).code : null;
  return typeof code === 'string' && ELSEWHERE.has(code);
}
