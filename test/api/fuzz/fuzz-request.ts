/** A request as the fuzz sends it, byte for byte, and as a person can send it again. */

export interface FuzzRequest {
  readonly method: string;
  /** As it stands in the request line: Latin-1, with whatever is in it. */
  readonly target: string;
  /** May name a field more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | null;
  readonly isChunked: boolean;
  /** Whose key it is sent with: a name of `Asker`s. */
  readonly asker: string;
  /** The same, about a ledger that nobody has, where it is about one that the asker must not know of. */
  readonly twinTarget?: string;
}

/** One line for a shell; the key is named, never shown. */
export function curlLine({ method, target, headers, body, isChunked, asker }: FuzzRequest): string {
  const fields = headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [
    `curl -i --path-as-is -X ${quoted(method)}`,
    `-H "Authorization: Bearer $${asker.toUpperCase().replaceAll(/\W/g, '_')}"`,
    ...(isChunked ? [`-H 'Transfer-Encoding: chunked'`] : []),
    ...fields,
    ...(body === null ? [] : [`--data-binary ${quoted(Buffer.from(body).toString('latin1'))}`]),
    quoted(`$NODE${target}`),
  ].join(' ');
}

/** `$'…'` of bash: what does not print is written out. */
function quoted(text: string): string {
  const escaped = text.replace(
    /[^ -&(-[\]-~]/g,
    (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped.length > MAX_SHOWN ? `${escaped.slice(0, MAX_SHOWN)}…` : escaped}'`;
}

const MAX_SHOWN = 4000;
