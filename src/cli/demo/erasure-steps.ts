/** The third act of the demo, second half: the customer is erased, and what that leaves is looked at. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonValue } from '../../base/canonical-json.js';
import { Secret } from '../../base/secret.js';
import { entrySchema, expected, type Receipt } from '../answers.js';
import { certificateLines } from '../certificate/certificate-text.js';
import type { NodeClient } from '../node-client.js';
import { entryPath, ledgerPath } from '../node-options.js';
import type { DemoNode } from './demo-node.js';
import { refusalOf } from './inspector.js';
import { CUSTOMER, NEW_STREET, OTHER_CUSTOMER } from './kyc-bundle.js';
import { holds, isGrownFrom } from './receipts.js';
import { type DemoLedger, LEDGER } from './record-steps.js';
import { proposeErasure } from './retention-steps.js';
import type { Story } from './story.js';

const erasureSchema = z.object({ id: z.string(), state: z.string() });
const keySchema = z.object({ key: z.string() });

/** @returns the id of the erasure. */
export function eraseCustomer(story: Story, node: DemoNode): Promise<string> {
  const heading = {
    name: 'erase',
    title: `${CUSTOMER} is erased: one person proposes it, another approves`,
    proves: 'the secrets that opened the file are destroyed, and nobody did it alone.',
  };
  const { client } = node;
  return story.step(heading, async ({ expect, fact }) => {
    const created = { method: 'POST', path: '/v1/keys', body: { role: 'officer' } } as const;
    const key = new Secret(expected(keySchema, await client.request(created)).key);
    const { id } = expected(erasureSchema, await proposeErasure(client));
    const approval = { method: 'POST', path: `/v1/erasures/${id}/approval` } as const;
    const alone = await refusalOf(() => client.request(approval));
    expect(
      `who proposed it may not approve it: ${alone ?? 'done'}`,
      alone === 'ERASURE_APPROVAL_REFUSED',
    );
    await node.clientWith(key).request(approval);
    const state = await settledState(client, id);
    expect(`approved by another, it is ${state}`, state === 'done');
    fact('erasure', id);
    return id;
  });
}

/** The vault of a demo is rotated in no time. */
const MAX_ASKS = 200;
const WAIT_MILLIS = 50;

async function settledState(client: NodeClient, id: string): Promise<string> {
  for (let asks = 0; ; asks++) {
    const answer = await client.request({ method: 'GET', path: `/v1/erasures/${id}` });
    const { state } = expected(erasureSchema, answer);
    if (!['approved', 'executing'].includes(state) || asks === MAX_ASKS) return state;
    await setTimeout(WAIT_MILLIS);
  }
}

/** @returns the certificate as it is printed, in lines. */
export function printCertificate(
  story: Story,
  { client }: DemoNode,
  id: string,
): Promise<readonly string[]> {
  const heading = {
    name: 'certificate',
    title: 'The bank prints the certificate of destruction, as `chirograph erase certificate` does',
    proves: 'what went, who wanted it, what stays, and what the node cannot know.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const path = `/v1/erasures/${id}/certificate`;
    const answer = await client.request({ method: 'GET', path });
    const lines = certificateLines(answer, 'en');
    for (const said of lines) line(`  ${said}`);
    const { certificate } = expected(certificateSchema, answer);
    const { went, findings } = certificate;
    expect('the tags of one person went, after all data', went.tags === 1);
    expect('nothing was kept', findings.kept.length === 0 && findings.tagsKept === undefined);
    expect('it does not name the person', !JSON.stringify(answer).includes(CUSTOMER));
    fact('certificate', answer);
    return lines;
  });
}

const certificateSchema = z.object({
  certificate: z.object({
    went: z.object({ tags: z.number() }),
    findings: z.looseObject({ kept: z.array(z.json()), tagsKept: z.json().optional() }),
  }),
});

export function showForgotten(
  story: Story,
  { client }: DemoNode,
  receipts: readonly Receipt[],
): Promise<void> {
  const heading = {
    name: 'forgotten',
    title: 'The bank asks for the file once more, and for what its neighbour has in it',
    proves: 'of the customer nothing can be said any more; the neighbour noticed nothing.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const ofCustomer = await itemsOf(client, CUSTOMER);
    expect(`of ${CUSTOMER} there is nothing`, ofCustomer.length === 0);
    const erased: string[] = [];
    for (const { id } of receipts) {
      const path = entryPath(LEDGER, id);
      const answer = expected(shownSchema, await client.request({ method: 'GET', path }));
      if (answer.erased === true && answer.payload === undefined) erased.push(id);
    }
    line(`${receipts.length} entries were the customer’s`);
    expect('each is shown as erased, without content', erased.length === receipts.length);
    const [neighbour, ...others] = await itemsOf(client, OTHER_CUSTOMER);
    expect(
      `${OTHER_CUSTOMER} still lives at ${NEW_STREET}`,
      others.length === 0 && JSON.stringify(neighbour?.payload ?? null).includes(NEW_STREET),
    );
    fact('erased', erased.length);
  });
}

const shownSchema = entrySchema.extend({ erased: z.boolean().optional() });

async function itemsOf(
  client: NodeClient,
  subject: string,
): Promise<readonly z.output<typeof entrySchema>[]> {
  const path = `${ledgerPath(LEDGER)}/subjects/${subject}`;
  const answer = await client.request({ method: 'GET', path });
  return expected(z.object({ items: z.array(entrySchema) }), answer).items;
}

export function checkReceipts(
  story: Story,
  { client, verifierKey }: DemoLedger,
  receipts: readonly Receipt[],
): Promise<void> {
  const heading = {
    name: 'receipts',
    title: 'The receipts from before are checked against the log as it is now',
    proves: 'nothing was taken out of the log: its tree of today goes on from each of them.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    expect(
      `all ${receipts.length} receipts still prove their entry`,
      receipts.every((receipt) => holds(receipt, verifierKey)),
    );
    const path = `${ledgerPath(LEDGER)}/checkpoint`;
    const checkpoint = Buffer.from(await client.download(path)).toString('utf8');
    const proofs = `${ledgerPath(LEDGER)}/proofs/consistency`;
    const grown: boolean[] = [];
    for (const receipt of newestOfEach(receipts))
      grown.push(
        await isGrownFrom(receipt, checkpoint, verifierKey, (from, to) =>
          client.request({ method: 'GET', path: `${proofs}?from=${from}&to=${to}` }),
        ),
      );
    line(`they were given out with ${grown.length} heads of the tree`);
    expect('the head of today holds every one of these', grown.every(Boolean));
    fact('heads', grown.length);
  });
}

/** One receipt of each checkpoint. */
function newestOfEach(receipts: readonly Receipt[]): readonly Receipt[] {
  return [...new Map(receipts.map((receipt) => [receipt.checkpoint, receipt])).values()];
}

/** Evidence of before and after: of an erased entry, and of the neighbour's. */
export interface Left {
  readonly ofErased: Uint8Array;
  readonly ofNeighbour: Uint8Array;
}

export function takeLeft(story: Story, { client }: DemoNode, { id }: Receipt): Promise<Left> {
  const heading = {
    name: 'left',
    title: 'Evidence is taken once more: of an entry that was erased, and of the neighbour’s',
    proves: 'nothing yet; what the two are worth alone is shown when the node is gone.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const ofErased = await evidenceOf(client, id);
    const [neighbour] = await itemsOf(client, OTHER_CUSTOMER);
    const ofNeighbour = await evidenceOf(client, neighbour?.id ?? '');
    line(`of the erased entry      ${ofErased.length} bytes`);
    line(`of the neighbour’s entry ${ofNeighbour.length} bytes`);
    const said: JsonValue = Buffer.from(ofErased).toString('utf8');
    expect('the first holds neither header nor payload', !/"(header|payload)":/.test(said));
    fact('bytes', ofErased.length);
    return { ofErased, ofNeighbour };
  });
}

function evidenceOf(client: NodeClient, id: string): Promise<Uint8Array> {
  return client.download(`${entryPath(LEDGER, id)}/evidence?format=json`);
}
