/**
 * Requests to the outside: to time-stamp authorities that the operator names, and to the places of
 * revocation that strangers' certificates name. Such a URL is hostile (docs/decisions/0024-outbound-requests.md):
 * the host must be on a list, its addresses are looked up once and the connection goes to one that has
 * been judged, nothing is followed, and everything that comes back is bounded in size and in time.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { HostSlots } from './internal/host-slots.js';
import { exchange } from './internal/http-exchange.js';
import { addressKind } from './outbound-address.js';
import { OutboundError } from './outbound-error.js';
import { type HostRule, isAddress, ruleFor } from './outbound-host.js';
import type { SendOutbound } from './outbound-message.js';

/** All addresses of a host; rejects if it has none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;

export interface OutboundOptions {
  /** The only hosts that are asked. */
  readonly hosts: readonly HostRule[];
  /** From the call to the last byte, waiting for others to the same host included. */
  readonly timeoutMillis: number;
  /** Between two pieces of an answer. */
  readonly idleMillis: number;
  /** Requests to one host at once; ten times as many wait. */
  readonly perHost: number;
  readonly resolve?: ResolveHost;
  /** PEM; instead of the authorities that Node trusts, for servers with certificates of a house's own. */
  readonly tlsAuthorities?: string;
}

const MAX_URL_LENGTH = 2_048;
const MAX_ADDRESSES = 64;

/** One for each purpose: a host that may be asked for time-stamps is not thereby one for revocation. */
export function outbound(options: OutboundOptions): SendOutbound {
  const slots = new HostSlots({ atOnce: options.perHost, waiting: 10 * options.perHost });
  return async (request) => {
    const url = checkedUrl(request.url);
    const rule = ruleFor(options.hosts, url);
    if (rule === null)
      throw new OutboundError(
        'OUTBOUND_HOST_REFUSED',
        'the host is not one that this node may ask: add it to the setting, if it should',
      );
    return withinTime(options.timeoutMillis, request.signal, (signal) =>
      slots.use(url.host, signal, async () => {
        const addresses = await addressesOf(url, rule, signal, options.resolve ?? resolveBySystem);
        return exchange({ ...request, url, addresses, signal }, options);
      }),
    );
  };
}

function checkedUrl(text: string): URL {
  const isReadable = text.length <= MAX_URL_LENGTH && URL.canParse(text);
  const url = isReadable ? new URL(text) : null;
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '' &&
    !url.hostname.endsWith('.');
  if (!isPlain)
    throw new OutboundError(
      'OUTBOUND_URL_REFUSED',
      'not a plain http or https URL: others are not asked',
    );
  return url;
}

/** All of them must be allowed: a name that leads here and there is one that somebody plays with. */
async function addressesOf(
  url: URL,
  { isInternal }: HostRule,
  signal: AbortSignal,
  resolve: ResolveHost,
): Promise<readonly string[]> {
  const { hostname } = url;
  const addresses = isAddress(hostname)
    ? [hostname.replace(/^\[|\]$/g, '')]
    : await resolved(hostname, signal, resolve);
  const allowed: readonly string[] = isInternal ? ['public', 'internal'] : ['public'];
  if (!addresses.every((address) => allowed.includes(addressKind(address))))
    throw new OutboundError(
      'OUTBOUND_ADDRESS_REFUSED',
      'the host lies at an address that is not asked: allow it as internal, if it is one of yours',
    );
  return addresses;
}

async function resolved(
  hostname: string,
  signal: AbortSignal,
  resolve: ResolveHost,
): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await orAborted(resolve(hostname), signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unresolved(cause);
  }
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) throw unresolved();
  return addresses;
}

const resolveBySystem: ResolveHost = async (hostname) =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/** A system's resolver cannot be stopped; what it says later is heard by nobody. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  });
}

/** Runs `act` with a signal whose reason, once it is aborted, is the OutboundError to fail with. */
async function withinTime<T>(
  timeoutMillis: number,
  outer: AbortSignal | undefined,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort(new OutboundError('OUTBOUND_CANCELLED', 'the answer is no longer wanted'));
  };
  const timer = setTimeout(() => {
    controller.abort(timedOut());
  }, timeoutMillis);
  outer?.addEventListener('abort', cancel, { once: true });
  try {
    if (outer?.aborted === true) cancel();
    controller.signal.throwIfAborted();
    return await act(controller.signal);
  } catch (cause) {
    throw controller.signal.aborted ? controller.signal.reason : cause;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', cancel);
  }
}

function timedOut(): OutboundError {
  return new OutboundError('OUTBOUND_TIMEOUT', 'the host takes too long: try again later');
}

function unresolved(cause?: unknown): OutboundError {
  return new OutboundError(
    'OUTBOUND_UNRESOLVED',
    'the host has no address that can be used: check its name and the resolver',
    { cause },
  );
}
