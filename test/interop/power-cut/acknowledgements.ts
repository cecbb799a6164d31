/** How acknowledgements are found in what a program sends. */

/**
 * Gets the bytes sent on one connection, in order and in the pieces they were sent in, and returns
 * the ids whose acknowledgement these bytes complete. Connection 1 is standard output, 2 standard
 * error, others are sockets.
 */
export type AcknowledgementScanner = (data: Uint8Array, connection: number) => string[];

/**
 * Finds ids by a pattern: its first group is the id. An acknowledgement may be split over several
 * writes; `longest` bounds how long the text can be that the pattern matches.
 */
export function acknowledgementsMatching(
  pattern: RegExp,
  longest = 1024,
): () => AcknowledgementScanner {
  return () => {
    let rest = '';
    return (data) => {
      const text = rest + Buffer.from(data).toString('latin1');
      const ids: string[] = [];
      let end = 0;
      for (const match of text.matchAll(new RegExp(pattern, 'g'))) {
        end = match.index + match[0].length;
        if (match[1] !== undefined) ids.push(match[1]);
      }
      rest = text.slice(Math.max(end, text.length - longest));
      return ids;
    };
  };
}
