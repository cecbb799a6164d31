/** The second half of the first act: what makes a record provable to strangers, and taking it along. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { utf8 } from '../../base/bytes.js';
import { anchorsSchema, expected, type Receipt } from '../answers.js';
import { CliError } from '../cli-error.js';
import type { NodeClient } from '../node-client.js';
import { entryPath } from '../node-options.js';
import type { DemoNode } from './demo-node.js';
import { LEDGER } from './record-steps.js';
import type { Story } from './story.js';

/** What the bank hands out, and all that is left of it in the end. */
export interface HandedOut {
  readonly evidence: Uint8Array;
  readonly trust: Uint8Array;
}

const attachedSchema = z.object({
  report: z.object({ indication: z.string(), development: z.boolean() }),
});

export function signRecord(story: Story, client: NodeClient, { id }: Receipt): Promise<void> {
  const heading = {
    name: 'sign',
    title: 'The bank signs the new version with its seal (CAdES, P-256)',
    proves: 'the holder of the certificate stands behind exactly this statement.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const answer = await client.request({
      method: 'POST',
      path: `${entryPath(LEDGER, id)}/signatures`,
      body: { signer: 'seal' },
    });
    const { report } = expected(attachedSchema, answer);
    expect(`the signature was validated: ${report.indication}`, report.indication === PASSED);
    if (report.development) line('the certificate is of this node’s own making, for development');
    fact('indication', report.indication);
  });
}

const PASSED = 'TOTAL-PASSED';

export type AnchorMoment = 'before' | 'after';

export function anchorHeads(story: Story, client: NodeClient, moment: AnchorMoment): Promise<void> {
  const title = {
    before: 'The ledger’s head is anchored in a blockchain, with the first records in it',
    after: 'The head is anchored again, with the new version and its signature in it',
  };
  const proves = {
    before: 'what is in the tree now was there when that block was made.',
    after: 'the new version was entered between two blocks: after the first, by the second.',
  };
  const heading = { name: `anchor-${moment}`, title: title[moment], proves: proves[moment] };
  return story.step(heading, async ({ line, expect, fact }) => {
    const state = await settle(client);
    line(
      `chain ${state.chain}${state.development ? ': Bitcoin’s format, mined on this machine' : ''}`,
    );
    expect(
      `${state.settledSize} of ${state.epochSize} entries of the epoch log are final`,
      state.settledSize === state.epochSize,
    );
    fact('chain', state.chain);
    fact('settledSize', state.settledSize);
  });
}

export function takeEvidence(
  story: Story,
  client: NodeClient,
  { id }: Receipt,
): Promise<HandedOut> {
  const heading = {
    name: 'export',
    title: 'The customer takes two files along: the evidence and the bank’s trust file',
    proves: 'nothing yet; the next steps show what the two files are worth alone.',
  };
  return story.step(heading, async ({ line, fact }) => {
    const evidence = await client.download(`${entryPath(LEDGER, id)}/evidence?format=json`);
    const trust = await client.request({ method: 'GET', path: '/v1/trust' });
    line(`evidence  ${evidence.length} bytes: the record and everything that proves it`);
    line('trust     public keys and certificates, to be had once, over a channel one trusts');
    fact('evidenceBytes', evidence.length);
    return { evidence, trust: utf8(`${JSON.stringify(trust, null, 2)}\n`) };
  });
}

export function deleteNode(story: Story, node: DemoNode): Promise<void> {
  const heading = {
    name: 'delete',
    title: 'The node is stopped; its data and its keys are deleted',
    proves: 'whatever is verified from here on is verified without the bank.',
  };
  return story.step(heading, async ({ expect }) => {
    await node.stop();
    await node.forget();
    expect('nothing is left of its directories', !(await node.leavesTraces()));
    expect('nobody answers at its address', await isUnreachable(node.client));
  });
}

/** A devchain takes no longer than this. */
const MAX_ASKS = 100;
const WAIT_MILLIS = 100;

async function settle(client: NodeClient): Promise<z.output<typeof anchorsSchema>> {
  let state = expected(
    anchorsSchema,
    await client.request({ method: 'POST', path: '/v1/anchors' }),
  );
  const wanted = state.epochSize;
  for (let asks = 0; state.settledSize < wanted && asks < MAX_ASKS; asks++) {
    await setTimeout(WAIT_MILLIS);
    state = expected(anchorsSchema, await client.request({ method: 'GET', path: '/v1/anchors' }));
  }
  return state;
}

async function isUnreachable(client: NodeClient): Promise<boolean> {
  try {
    await client.request({ method: 'GET', path: '/v1/ledgers' });
    return false;
  } catch (error) {
    if (error instanceof CliError && error.code === 'CLI_NODE_UNREACHABLE') return true;
    throw error;
  }
}
