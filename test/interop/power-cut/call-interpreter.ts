/** Leads each call of the recorded program to what it means. */
import { DATA_CALLS } from './data-calls.js';
import { DESCRIPTOR_CALLS } from './descriptor-calls.js';
import { NAME_CALLS } from './name-calls.js';
import { type Opened, type Process, ProcessTable } from './process-table.js';
import type { CallStep } from './strace-calls.js';
import type { Ending, Handler } from './system-call.js';
import type { TraceBuilder } from './trace-builder.js';

/** Standard output and error; a test can be acknowledged there too. */
const STANDARD_STREAMS = [1, 2];

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...Object.entries(DESCRIPTOR_CALLS),
  ...Object.entries(DATA_CALLS),
  ...Object.entries(NAME_CALLS),
]);

/** The calls that have a meaning here: what strace has to show. */
export const INTERPRETED_CALLS: readonly string[] = [...HANDLERS.keys()];

export class CallInterpreter {
  readonly #builder: TraceBuilder;
  readonly #processes: ProcessTable;
  readonly #begun = new Map<number, Ending>();
  #connections = Math.max(...STANDARD_STREAMS);

  constructor(builder: TraceBuilder, start: { directory: string; umask: number }) {
    const files = new Map<number, Opened>();
    for (const connection of STANDARD_STREAMS)
      files.set(connection, { kind: 'stream', connection });
    const process: Process = { files, ...start };
    this.#builder = builder;
    this.#processes = new ProcessTable(process);
  }

  take(step: CallStep): void {
    if (step.step === 'begin') this.#begin(step);
    else this.#end(step);
  }

  /** The log is over: what has not ended never will. */
  finish(): void {
    for (const ending of this.#begun.values()) ending.lost?.();
    this.#begun.clear();
  }

  #begin(step: CallStep): void {
    const { thread, name } = step;
    const ending = HANDLERS.get(name)?.({
      thread,
      process: this.#processes.of(thread),
      processes: this.#processes,
      builder: this.#builder,
      arguments: step.arguments,
      newConnection: () => ++this.#connections,
    });
    if (ending !== undefined) this.#begun.set(thread, ending);
  }

  #end({ thread, result, arguments: all }: CallStep): void {
    const ending = this.#begun.get(thread);
    this.#begun.delete(thread);
    if (result === null) ending?.lost?.();
    else if (result < 0) ending?.failed?.();
    else ending?.ended?.(result, all);
  }
}
