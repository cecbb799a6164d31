/** What the options of `monitor` ask for: places, saved heads, roots of trust, memory. */
import type { Clock } from '../../base/time.js';
import { readTrust } from '../../evidence/run-verify.js';
import { SHIPPED_TRUST } from '../../evidence/shipped-trust.js';
import { MAX_TRUST_BYTES, mergeTrust, NO_TRUST, type Trust } from '../../evidence/trust.js';
import { ed25519KeyIn } from '../../tlog/note-key.js';
import { openChosenSource, type SourceOption } from '../chosen-source.js';
import { CliError } from '../cli-error.js';
import { readFileUpTo } from '../files.js';
import { type NodeFlags, nodeClientFor } from '../node-options.js';
import { oneLine, type Terminal } from '../terminal.js';
import { durationOf } from './durations.js';
import type { EpochParts } from './epochs/check-epochs.js';
import { type RemoteEpochs, remoteEpochs } from './epochs/remote-epochs.js';
import { MAX_PLACE_CHARACTERS, MAX_SOURCES } from './monitor-state.js';
import { MonitorStore } from './monitor-store.js';
import { type RemoteLog, remoteLog } from './remote-log.js';
import type { Retries } from './retries.js';
import type { MonitorParts } from './round.js';
import { readSavedFile, type SavedFile } from './saved-heads.js';

export interface MonitorFlags extends NodeFlags {
  readonly state: string;
  readonly trust?: readonly string[];
  readonly logKey?: readonly string[];
  readonly compare?: readonly string[];
  readonly compareKey?: string;
  readonly staleAfter?: string;
  readonly epochs?: true;
  readonly anchoredWithin?: string;
  readonly anchorSource?: SourceOption;
  readonly rpcCookie?: string;
  readonly retries: string;
  readonly json?: true;
}

export interface MonitorRun extends MonitorParts, MonitorSystem {
  /** Null where epochs are not followed. */
  readonly epochs: EpochParts | null;
}

export interface MonitorSystem {
  readonly clock: Clock;
  /** Rejects when the signal says so. */
  readonly wait: (millis: number, signal?: AbortSignal) => Promise<unknown>;
}

/** @throws CliError CLI_USAGE, CLI_FILE, CLI_INPUT; EvidenceError for a trust file. */
export async function monitorPartsFor(
  ledger: string,
  flags: MonitorFlags,
  terminal: Terminal,
  { clock, wait }: MonitorSystem,
  progress: (text: string) => void,
): Promise<MonitorRun> {
  const retries: Retries = {
    count: countOf(flags.retries),
    wait: async (millis) => {
      await wait(millis);
    },
  };
  const client = nodeClientFor(flags, terminal);
  const url = flags.url ?? terminal.env['CHIROGRAPH_URL'] ?? '';
  const others: RemoteLog[] = [];
  const otherEpochs: RemoteEpochs[] = [];
  const files: SavedFile[] = [];
  for (const what of flags.compare ?? [])
    if (/^https?:\/\//.test(what)) {
      const other = otherClient(what, flags, terminal);
      others.push(remoteLog(other, what, ledger, retries));
      otherEpochs.push(remoteEpochs(other, what, retries));
    } else files.push(await readSavedFile(what));
  if (others.length >= MAX_SOURCES)
    throw new CliError('CLI_USAGE', `--compare takes at most ${MAX_SOURCES - 1} nodes`);
  const places: MonitorParts['places'] = [remoteLog(client, url, ledger, retries), ...others];
  if (places.some(({ place }) => place.length > MAX_PLACE_CHARACTERS))
    throw new CliError('CLI_USAGE', `a URL and a ledger have ${MAX_PLACE_CHARACTERS} characters`);
  return {
    places,
    saved: files.flatMap(({ heads }) => heads),
    evidence: files.map(({ evidence }) => evidence).filter((evidence) => evidence !== null),
    trust: await monitorTrustFor(flags),
    store: new MonitorStore(flags.state),
    staleMillis:
      flags.staleAfter === undefined ? null : durationOf('--stale-after', flags.staleAfter),
    clock,
    wait,
    progress,
    epochs: await epochPartsOf(
      ledger,
      flags,
      [remoteEpochs(client, url, retries), ...otherEpochs],
      terminal,
    ),
  };
}

async function epochPartsOf(
  ledger: string,
  { epochs, anchoredWithin: within, anchorSource: option, rpcCookie }: MonitorFlags,
  places: EpochParts['places'],
  terminal: Terminal,
): Promise<EpochParts | null> {
  if (epochs !== true && within === undefined && option === undefined) return null;
  const source = option === undefined ? null : await openChosenSource(option, rpcCookie, terminal);
  const anchoredWithinMillis =
    within === undefined ? null : durationOf('--anchored-within', within);
  return { places, ledger, anchoredWithinMillis, source };
}

/** @throws CliError CLI_USAGE, CLI_FILE; EvidenceError for a trust file, naming it. */
export async function monitorTrustFor({
  trust: files = [],
  logKey: keys = [],
}: Pick<MonitorFlags, 'trust' | 'logKey'>): Promise<Trust> {
  if (files.length === 0 && keys.length === 0)
    throw new CliError(
      'CLI_USAGE',
      'say whom to believe: --trust with a file of your own, or --log-key',
    );
  const trusts: Trust[] = [];
  for (const file of files)
    trusts.push(
      readTrust({ label: oneLine(file), bytes: await readFileUpTo(file, MAX_TRUST_BYTES) }),
    );
  const logs = keys.map(readLogKey);
  const sources = logs.map(({ name }) => ({ name: `--log-key ${name}`, development: false }));
  return mergeTrust(SHIPPED_TRUST, ...trusts, { ...NO_TRUST, sources, logs });
}

/** The key of one node is not shown to another. */
function otherClient(url: string, flags: MonitorFlags, terminal: Terminal) {
  const key = flags.compareKey ?? terminal.env['CHIROGRAPH_COMPARE_KEY'];
  if (key === undefined)
    throw new CliError(
      'CLI_USAGE',
      'give an API key for the nodes of --compare: CHIROGRAPH_COMPARE_KEY or --compare-key',
    );
  const { cacert, timeout } = flags;
  const shared = {
    ...(cacert !== undefined && { cacert }),
    ...(timeout !== undefined && { timeout }),
  };
  const { CHIROGRAPH_CACERT } = terminal.env;
  return nodeClientFor(
    { url, key, ...shared },
    { ...terminal, env: CHIROGRAPH_CACERT === undefined ? {} : { CHIROGRAPH_CACERT } },
  );
}

function readLogKey(text: string) {
  const key = ed25519KeyIn(text);
  if (key !== null) return key;
  throw new CliError('CLI_USAGE', '--log-key must be a verifier key of type 01 (C2SP signed-note)');
}

function countOf(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new CliError('CLI_USAGE', '--retries must be from 0 to 99');
  return Number(text);
}
