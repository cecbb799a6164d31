/** What an EventSource does, without its reconnecting by itself. */
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';

export interface ChangeEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class EventClient {
  readonly #events: AsyncGenerator<ChangeEvent>;
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.#events = this.#read(response);
  }

  static async open(
    url: string,
    key: string,
    headers: Record<string, string> = {},
  ): Promise<EventClient> {
    const asked = httpRequest(url, { headers: { authorization: `Bearer ${key}`, ...headers } });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode ?? 0}`);
    return new EventClient(response);
  }

  async take(count: number): Promise<ChangeEvent[]> {
    const taken: ChangeEvent[] = [];
    while (taken.length < count) {
      const { value, done } = (await this.#events.next()) as IteratorResult<ChangeEvent, undefined>;
      if (done === true) throw new Error(`the events ended after ${taken.length}`);
      taken.push(value);
    }
    return taken;
  }

  /** Whether the node cuts it before another event. */
  async isCut(): Promise<boolean> {
    try {
      return (await this.#events.next()).done === true;
    } catch {
      return true;
    }
  }

  cut(): void {
    this.#response.destroy();
  }

  async *#read(response: IncomingMessage): AsyncGenerator<ChangeEvent> {
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk);
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => {
              const colon = line.indexOf(':');
              return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
            }),
        );
        text = text.slice(end + 2);
        if (fields['event'] !== undefined)
          yield {
            id: fields['id'] ?? '',
            event: fields['event'],
            data: JSON.parse(fields['data'] ?? '') as ChangeEvent['data'],
          };
      }
    }
  }
}
