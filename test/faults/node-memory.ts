/** What the clients of a node were told over HTTP, and what they asked without ever being told. */
import type { Receipt } from '../../src/queries/receipt.js';
import type { Wish } from './node-calls.js';

/** A receipt of a record, or of a signature that was attached to the entry `signed`. */
export interface Told {
  readonly ledger: string;
  readonly receipt: Receipt;
  readonly wish: Wish | null;
  readonly signed: string | null;
}

export interface Epochs {
  readonly epochSize: number;
  readonly settledSize: number;
}

export class NodeMemory {
  readonly told: Told[] = [];
  /** All that carried an idempotency key, answered or not. */
  readonly keyed: Wish[] = [];
  /** By ledger, as first shown. */
  readonly verifierKeys = new Map<string, string>();
  /** Every signed note that was shown, by ledger. */
  readonly checkpoints = new Map<string, Set<string>>();
  /** The furthest that was shown. */
  epochs: Epochs = { epochSize: 0, settledSize: 0 };
  /** Answers that no sound node gives. */
  readonly problems: string[] = [];

  note(told: Told): void {
    this.told.push(told);
    this.noteCheckpoint(told.ledger, told.receipt.checkpoint);
  }

  noteCheckpoint(ledger: string, note: string): void {
    const shown = this.checkpoints.get(ledger) ?? new Set();
    this.checkpoints.set(ledger, shown.add(note));
  }

  noteEpochs({ epochSize, settledSize }: Epochs): void {
    this.epochs = {
      epochSize: Math.max(this.epochs.epochSize, epochSize),
      settledSize: Math.max(this.epochs.settledSize, settledSize),
    };
  }
}
