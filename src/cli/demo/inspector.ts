/** The inspector of the demo: reads under an inspection, and remembers what must be on record of that. */
import type { JsonValue } from '../../base/canonical-json.js';
import { CliError } from '../cli-error.js';
import type { NodeClient } from '../node-client.js';

export class Inspector {
  readonly id: string;
  readonly #client: NodeClient;
  readonly #acts: string[] = ['inspection:open begun', 'inspection:open done'];

  /** @param client everything of which is asked under the inspection with this id. */
  constructor(id: string, client: NodeClient) {
    this.id = id;
    this.#client = client;
  }

  /** What it did, as the access ledger puts it, in order. */
  get acts(): readonly string[] {
    return this.#acts;
  }

  async read(path: string): Promise<JsonValue> {
    const answer = await this.#client.request({ method: 'GET', path });
    this.#acts.push('record:read disclosed');
    return answer;
  }

  /** The code of the refusal, or null if it was not refused. */
  async tryTo(path: string): Promise<string | null> {
    const code = await refusalOf(() => this.#client.request({ method: 'GET', path }));
    this.#acts.push(code === null ? 'record:read disclosed' : `record:read refused ${code}`);
    return code;
  }

  async package(query: string): Promise<Uint8Array> {
    const bytes = await this.#client.download(`/v1/inspections/${this.id}/package?${query}`);
    this.#acts.push('inspection:package disclosed');
    return bytes;
  }

  async close(): Promise<JsonValue> {
    const path = `/v1/inspections/${this.id}/close`;
    const answer = await this.#client.request({ method: 'POST', path });
    this.#acts.push('inspection:close begun', 'inspection:close done');
    return answer;
  }
}

/** The code of the problem that a node refused with; null if it did not. @throws CliError for any other failure. */
export async function refusalOf(act: () => Promise<unknown>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'CLI_REFUSED') throw error;
    return error.message.split(':', 1)[0] ?? '';
  }
}
