/** Why a step came to nothing, as it is kept, logged and shown: a service outside may have said anything. */

export const MAX_REASON = 300;

/** One line of 1 to `MAX_REASON` UTF-16 code units, without control characters. */
export function reasonLine(said: string): string {
  // Cut first: half a character that is left by it goes too.
  const text = said
    .slice(0, MAX_REASON)
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim();
  return text === '' ? 'no reason given' : text;
}
