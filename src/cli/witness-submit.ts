/** `chirograph witness submit`: has the newest head of a ledger cosigned, as a policy wants it. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { Sha256Digest, UnixMillis } from '../base/brand.js';
import { sha256Digest, utf8, utf8ToString } from '../base/bytes.js';
import { isHexDigest, digestFromHex } from '../base/hex-digest.js';
import { formatInstant, systemClock } from '../base/time.js';
import { WitnessRounds, type WitnessRound } from '../checkpoint/witness-rounds.js';
import { witnessSender } from '../checkpoint/witness-sender.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import { type VerifierKey, parseVerifierKey } from '../tlog/note-key.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import { parseWitnessPolicy } from '../tlog/witness-policy.js';
import { expected } from './answers.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo, writeOwnFile } from './files.js';
import type { NodeClient } from './node-client.js';
import { ledgerPath, type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface SubmitFlags extends NodeFlags {
  readonly policy: string;
  readonly internal?: readonly string[];
  readonly out?: string;
  readonly json?: true;
}

const MAX_POLICY_BYTES = 64 * 1024;
const consistencySchema = z.object({ proof: z.array(z.string().refine(isHexDigest)).max(63) });
const ledgerSchema = z.object({ verifierKey: z.string() });

export function addWitnessSubmitCommand(witness: Command, terminal: Terminal, end: End): void {
  const command = withNodeOptions(witness.command('submit'))
    .argument('<ledger>', 'name of the ledger')
    .description('have the newest head of a ledger cosigned; exit code 1 if too few witnesses do')
    .requiredOption('--policy <file>', 'the witnesses and the quorum (C2SP tlog-policy)')
    .option(
      '--internal <host:port>',
      'a witness of the policy that lies in a private network; may be given more than once',
      repeated,
    )
    .option('--out <file>', 'where to write the checkpoint with its cosignatures')
    .action(async (ledger: string, flags: SubmitFlags) => {
      await submit(ledger, flags, terminal, end);
    });
  withExamples(
    command,
    'chirograph witness submit kyc --policy witnesses.txt --out kyc.checkpoint',
    'chirograph witness submit kyc --policy witnesses.txt --internal 127.0.0.1:8790',
  );
}

async function submit(
  ledger: string,
  flags: SubmitFlags,
  terminal: Terminal,
  end: End,
): Promise<void> {
  const policy = parseWitnessPolicy(await readFileUpTo(flags.policy, MAX_POLICY_BYTES));
  const send = witnessSender(policy, { internal: flags.internal ?? [] });
  const client = nodeClientFor(flags, terminal);
  const note = utf8ToString(await client.download(`${ledgerPath(ledger)}/checkpoint`));
  const log = await logOf(client, ledger);
  const rounds = new WitnessRounds({ policy, send, clock: systemClock, log });
  const { origin, size } = parseCheckpoint(parseSignedNote(note).text);
  const round = await rounds.round({
    note,
    proofFrom: (from) => consistencyProof(client, ledger, from, size),
  });
  if (flags.out !== undefined) await writeOwnFile(flags.out, utf8(round.note));
  print(terminal, flags.json, { origin, size }, round);
  if (!round.isWitnessed) end(EXIT.no);
}

/** As the node says: whoever needs to trust nobody names the log in the policy. */
async function logOf(client: NodeClient, ledger: string): Promise<VerifierKey> {
  const answer = await client.request({ method: 'GET', path: ledgerPath(ledger) });
  return parseVerifierKey(expected(ledgerSchema, answer).verifierKey);
}

async function consistencyProof(
  client: NodeClient,
  ledger: string,
  from: number,
  to: number,
): Promise<readonly Sha256Digest[]> {
  const path = `${ledgerPath(ledger)}/proofs/consistency?from=${from}&to=${to}`;
  const answer = await client.request({ method: 'GET', path });
  return expected(consistencySchema, answer).proof.map((hash) => sha256Digest(digestFromHex(hash)));
}

function print(
  terminal: Terminal,
  json: true | undefined,
  { origin, size }: { readonly origin: string; readonly size: number },
  { note, isWitnessed, isSigned, cosigned, failures }: WitnessRound,
): void {
  const times = cosigned.map(({ witness, timestamp }) => ({
    ...{ witness, at: formatInstant((timestamp * 1000) as UnixMillis) },
  }));
  const result = {
    ...{ origin, size, witnessed: isWitnessed, cosigned: times, note },
    failures: failures.map((failure) => ({ ...failure })),
  };
  printResult(terminal, json, result, [
    ...times.map(({ witness, at }) => `${oneLine(witness)}: cosigned at ${at}`),
    ...failures.map(({ witness, code, reason }) => `${oneLine(witness)}: ${code}: ${reason}`),
    ...(isSigned ? [] : ['no log of the policy has signed this checkpoint']),
    `${oneLine(origin)}, size ${size}: ${isWitnessed ? 'witnessed' : 'not witnessed: too few cosignatures for the quorum'}`,
  ]);
}
