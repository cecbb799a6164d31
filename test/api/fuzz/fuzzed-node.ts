/**
 * A node with three tenants. `alpha` asks; `bravo` has things that alpha asks for by name; of `charlie`
 * nobody has ever heard. Nothing that bravo says, and nothing at all of charlie, may come back.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/time.js';
import { createJsonLogger } from '../../../src/json-logger.js';
import { systemTimers } from '../../../src/replication/links/timers.js';
import { openTestService, type TestService } from '../../support/test-service.js';
import { createCheck } from './checks.js';
import { type Description, type Operation, parseDescription } from './description.js';
import type { Asker, Fuzzed } from './fuzz.js';
import { type Forbidden, leaksInLines, secretsOfKeyStore } from './leaks.js';
import { type PlantedTenant, plantTenant } from './planted-tenant.js';
import type { Knowledge } from './requests.js';
import { createSender } from './send.js';
import type { KnownTexts } from './values.js';

export interface FuzzedNode extends Fuzzed {
  readonly node: TestService;
  readonly alpha: PlantedTenant;
  /** Lines of the node's log that hold what no log may: none, one hopes. */
  leaksInLog(): string[];
  /** A second time changes nothing. */
  close(): Promise<void>;
}

/** Samoa skipped a day, which the fuzz asks about. */
const ALPHA = {
  name: 'alpha',
  nameMark: 'zqalphan-',
  contentMark: 'zqalphac',
  timeZone: 'Pacific/Apia',
};
const BRAVO = {
  name: 'bravo',
  nameMark: 'other-',
  contentMark: 'zqbravoc',
  timeZone: 'Antarctica/Troll',
};
const CHARLIE = {
  name: 'zqcharlien',
  nameMark: 'zqcharlien-',
  contentMark: 'zqcharliec',
  timeZone: 'Pacific/Chatham',
};

export async function openFuzzedNode(root: string): Promise<FuzzedNode> {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const logger = createJsonLogger({ level: 'debug', clock: systemClock, sink });
  const limits = {
    maxBodyBytes: 64 * 1024,
    maxPayloadBytes: 8 * 1024,
    maxNdjsonLineBytes: 32 * 1024,
  };
  const node = await openTestService(root, {
    ...limits,
    logger,
    failedLoginsPerMinute: 1_000_000,
    refusalsPerMinute: 100_000,
    containerSealsPerMinute: 100_000,
    // A read that waits for a size that never comes is given up at once.
    timers: { now: () => systemTimers.now(), after: (_, call) => systemTimers.after(1, call) },
  });
  const alpha = await plantTenant(node, ALPHA);
  const bravo = await plantTenant(node, BRAVO);
  const charlie = await plantTenant(node, CHARLIE);
  await answerOk(node.request('/v1/anchors', { method: 'POST' }));

  const description = parseDescription(await (await node.request('/openapi.json')).text());
  const cursors = {
    alpha: await cursorsOf(node, description, alpha),
    bravo: await cursorsOf(node, description, bravo),
  };
  const tenants = [alpha, bravo, charlie];
  const keyTexts = [node.adminKey, ...tenants.flatMap(({ keys }) => Object.values(keys))];
  const secrets: Forbidden[] = [
    ...keyTexts.map((text) => ({ what: 'the key of somebody', text })),
    ...(await secretsOfKeyStore(join(root, 'data.keys'))),
    { what: 'where the node lies', text: root },
    { what: 'where the program lies', text: process.cwd() },
  ];
  const sender = createSender(node.service.url);
  const closeBoth = async (): Promise<void> => {
    sender.close();
    await node.service.close();
  };
  let closing: Promise<void> | undefined;
  return {
    node,
    alpha,
    description,
    knowledge: knowledgeOf(alpha, bravo, cursors),
    askers: askersOf(node.adminKey, tenants, secrets),
    sender,
    check: createCheck(description, await documentedCodes()),
    statuses: new Map(),
    inspected: new Map(),
    leaksInLog: () =>
      leaksInLines(lines, [
        ...secrets,
        ...tenants.flatMap(contentOf),
        ...tenants.flatMap(personsOf),
      ]),
    close: () => (closing ??= closeBoth()),
  };
}

/** What is known is at hand by the name of a parameter, for some routes by the path before it as well. */
function knowledgeOf(
  alpha: PlantedTenant,
  bravo: PlantedTenant,
  cursors: Readonly<Record<'alpha' | 'bravo', ReadonlyMap<string, string>>>,
): Knowledge {
  const everything = Object.values(alpha.known).flat();
  const knownOf =
    ({ known }: PlantedTenant, found: ReadonlyMap<string, string>, otherwise: readonly string[]) =>
    ({ id, path }: Operation): KnownTexts =>
    (name) => {
      if (name === 'cursor')
        return [
          ...(found.has(id) ? [found.get(id) ?? ''] : []),
          ...[...found.values()].slice(0, 2),
        ];
      return known[`${path.split('/{')[0] ?? ''} ${name}`] ?? known[name] ?? otherwise;
    };
  const roles = [
    'writer',
    'reader',
    'officer',
    'auditor',
    'inspector',
    'operator',
    'none',
    'granted',
  ];
  return {
    own: (operation) => (name) => {
      const known = knownOf(alpha, cursors.alpha, [])(operation)(name);
      const isOfPath = operation.parameters.some((one) => one.in === 'path' && one.name === name);
      return known.length === 0 && isOfPath ? everything : known;
    },
    foreign: (operation) => (name) => [
      ...knownOf(bravo, cursors.bravo, [])(operation)(name),
      ...(name === 'ledger' ? [alpha.restricted, bravo.restricted] : []),
      ...(name === 'cursor' ? cursors.alpha.values() : []),
    ],
    bodies: alpha.bodies,
    askers: [
      ...Array.from({ length: 40 }, () => 'alpha admin'),
      ...roles.map((role) => `alpha ${role}`),
      'alpha revoked',
      'bravo admin',
      'bravo reader',
      'default admin',
      'nobody',
      'malformed',
      'basic',
      'a stranger',
    ],
    askerOfHeader: { 'Chirograph-Inspection': 'alpha inspector' },
    hiddenLedgers: [...bravo.ledgers, bravo.restricted, alpha.restricted],
    unknownLedger: 'there-is-none',
  };
}

function askersOf(
  adminKey: string,
  tenants: readonly PlantedTenant[],
  secrets: readonly Forbidden[],
): Record<string, Asker> {
  const everything = [...secrets, ...tenants.flatMap(contentOf), ...tenants.flatMap(namesOf)];
  const unheard = tenants.filter(({ name }) => name === CHARLIE.name);
  const others = tenants.filter(({ name }) => name !== ALPHA.name);
  const unheardOf = [...unheard.flatMap(contentOf), ...unheard.flatMap(namesOf)];
  // What is alpha's is in requests of all, so that only alpha can be asked whether bravo's is not there.
  const toAlpha = [...secrets, ...others.flatMap(contentOf), ...unheardOf];
  const inspected = tenants.map(({ uncoveredMark }) => {
    return { what: 'what no inspection covers', text: uncoveredMark };
  });
  const toOthers = [...secrets, ...unheardOf];
  // It has founded them all, which its access ledger says.
  const founders = new Set(tenants.map(({ founderId }) => founderId));
  const toFounder = toOthers.filter(({ text }) => !founders.has(text));
  const basic = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
  const unknown = `Bearer cg_${'0'.repeat(12)}_${'A'.repeat(43)}`;
  const asked: Record<string, Asker> = {
    'default admin': { authorization: `Bearer ${adminKey}`, forbidden: toFounder, isOutside: true },
    nobody: { authorization: null, forbidden: everything, isOutside: true },
    malformed: { authorization: 'Bearer ', forbidden: everything, isOutside: true },
    basic: { authorization: basic, forbidden: everything, isOutside: true },
    'a stranger': { authorization: unknown, forbidden: everything, isOutside: true },
  };
  for (const { name, keys } of tenants)
    for (const [role, key] of Object.entries(keys))
      asked[`${name} ${role}`] = {
        authorization: `Bearer ${key}`,
        forbidden: [
          ...(name === ALPHA.name ? toAlpha : toOthers),
          ...(role === 'inspector' ? inspected : []),
        ],
        isOutside: name === ALPHA.name && role !== 'granted',
      };
  return asked;
}

function contentOf({ name, contentMark }: PlantedTenant): Forbidden[] {
  return [{ what: `the content of ${name}`, text: contentMark }];
}

function personsOf({ name, known }: PlantedTenant): Forbidden[] {
  const persons = known['subject'] ?? [];
  return persons.map((text) => ({ what: `a person of ${name}`, text }));
}

function namesOf({ name, nameMark, ids }: PlantedTenant): Forbidden[] {
  // A list of tenants names them, and whoever runs the node may see that.
  const marks = [{ what: `a name of ${name}`, text: nameMark }];
  return [...marks, ...ids.map((text) => ({ what: `an id of ${name}`, text }))];
}

/** One of each list that has them, of its first page, with the first thing there is of each parameter. */
async function cursorsOf(
  node: TestService,
  { operations }: Description,
  { known, keys }: PlantedTenant,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { id, path, method, parameters } of operations) {
    if (method !== 'GET' || !parameters.some(({ name }) => name === 'cursor')) continue;
    const target = path.replace(/\{(\w+)\}/g, (_whole, name: string) => known[name]?.[0] ?? '0');
    const response = await node.request(`${target}?limit=1`, { key: keys['admin'] ?? '' });
    const { cursor } = (await response.json()) as { cursor?: string | null };
    if (typeof cursor === 'string') found.set(id, cursor);
  }
  return found;
}

async function documentedCodes(): Promise<Set<string>> {
  const page = await readFile('docs/errors.md', 'utf8');
  return new Set([...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code = '']) => code));
}

async function answerOk(response: Promise<Response>): Promise<void> {
  const { status } = await response;
  if (status !== 200) throw new Error(`the node answers ${status} before anything was tried`);
}
