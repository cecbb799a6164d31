/** What a ledger says of itself. */
import { toHex } from '../base/bytes.js';
import type { TimeZoneName } from '../base/calendar.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MarkSizes, MarksOf } from './receipt.js';

export interface LedgerState {
  readonly name: string;
  readonly origin: string;
  /** C2SP verifier key of the checkpoints. */
  readonly verifierKey: string;
  readonly size: number;
  readonly rootHash: string;
  /** One tree size for each mark: entries below it have come that far. */
  readonly finality: { readonly durable: number } & MarkSizes;
  /** Oldest first; the last is the one that is written. */
  readonly logs: readonly {
    readonly origin: string;
    readonly verifierKey: string;
    readonly size: number;
  }[];
  /** The tenant's legal one, by which calendar dates of questions are read. */
  readonly timeZone: TimeZoneName;
  /** Entries of the node that wait for a commit. */
  readonly backlog: number;
}

export interface LedgerStateParts {
  readonly marksOf: MarksOf;
  readonly timeZone: TimeZoneName;
  readonly backlog: number;
}

export function ledgerState(
  ledger: Ledger,
  { marksOf, timeZone, backlog }: LedgerStateParts,
): LedgerState {
  const { reader } = ledger;
  const { size, rootHash } = reader.head;
  return {
    name: ledger.identity.name,
    origin: reader.origin,
    verifierKey: reader.verifierKey,
    size,
    rootHash: toHex(rootHash),
    finality: { durable: size, ...marksOf(reader.origin) },
    logs: ledger.logs.map((log) => ({
      origin: log.origin,
      verifierKey: log.verifierKey,
      size: log.head.size,
    })),
    timeZone,
    backlog,
  };
}
