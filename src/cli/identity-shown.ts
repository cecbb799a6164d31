/** What a node says of identities: which keys there are, who there is, and every event that made it so. */
import type { Command } from 'commander';
import { z } from 'zod';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import {
  identitySchema,
  type IdentityFlags,
  linesOf,
  MAX_HISTORY_PAGES,
  pathOf,
} from './identity-events.js';
import { nodeClientFor, withReadOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface Flags extends IdentityFlags {
  readonly asOf?: string;
}

const listedSchema = z.object({ id: z.string(), registeredAt: z.string(), author: z.string() });
const eventSchema = z.looseObject({
  sequence: z.number(),
  action: z.string(),
  recordedAt: z.string(),
  author: z.string(),
  signatures: z.array(z.looseObject({ keyId: z.string() })).default([]),
});

export function addShowCommands(identity: Command, terminal: Terminal): void {
  const asOf = (command: Command): Command =>
    command.option('--as-of <when>', 'a tree size, an instant, or a calendar date');

  asOf(withReadOptions(identity.command('show').argument('<id>', 'of the identity')))
    .description('show which keys an identity has, or had as of then')
    .action(async (id: string, flags: Flags) => {
      const query = new URLSearchParams(queryOf(flags)).toString();
      const path = `${pathOf(id)}${query === '' ? '' : `?${query}`}`;
      const answer = await nodeClientFor(flags, terminal).request({ method: 'GET', path });
      printAnswer(terminal, flags, answer, (given) => linesOf(expected(identitySchema, given)));
    });

  withReadOptions(identity.command('list'))
    .description('list the identities of your tenant, in the order registered')
    .action(async (flags: Flags) => {
      const wish = { what: 'identities', maxPages: 10_000 };
      const items = await allPages(nodeClientFor(flags, terminal), '/v1/identities', wish);
      printResult(
        terminal,
        flags.json,
        { items },
        items.map((item) => {
          const { id, registeredAt } = expected(listedSchema, item);
          return oneLine(`${registeredAt}  ${id}`);
        }),
      );
    });

  asOf(withReadOptions(identity.command('history').argument('<id>', 'of the identity')))
    .description('list all events of an identity, oldest first: what was done, and who signed it')
    .action(async (id: string, flags: Flags) => {
      const items = await allPages(nodeClientFor(flags, terminal), `${pathOf(id)}/history`, {
        ...{ query: queryOf(flags), what: 'events', maxPages: MAX_HISTORY_PAGES },
      });
      const events = items.map((item) => expected(eventSchema, item));
      printResult(terminal, flags.json, { items }, tableOf(events));
    });
}

function queryOf({ asOf }: Flags): Readonly<Record<string, string>> {
  return asOf === undefined ? {} : { asOf };
}

/** A line an event, and one more for each signature after the first. */
function tableOf(events: readonly z.output<typeof eventSchema>[]): readonly string[] {
  const width = Math.max(...events.map(({ action }) => action.length));
  return events.flatMap(({ sequence, recordedAt, action, author, signatures }) => {
    const [first = `by ${author}, an act of the tenant`, ...others] = signatures.map(
      ({ keyId }) => `signed by ${keyId}`,
    );
    const lead = `${String(sequence).padStart(3)}  ${recordedAt}  ${action.padEnd(width)}  `;
    const margin = ' '.repeat(lead.length);
    return [`${lead}${oneLine(first)}`, ...others.map((other) => `${margin}${oneLine(other)}`)];
  });
}
