/**
 * Patterns in Tradle's models are JavaScript's without the flag `u`, which takes a few spellings more
 * (ECMA-262 annex B). JSON Schema's have the flag; these are the same texts, spelt for it.
 */
export function withFlagU(pattern: string): string {
  let result = '';
  let isInClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === '\\') {
      const escaped = pattern[++at] ?? '';
      result += isNeedless(escaped, isInClass) ? escaped : `\\${escaped}`;
      continue;
    }
    if (char === ']' && !isInClass) result += '\\';
    if (char === '[') isInClass = true;
    if (char === ']') isInClass = false;
    result += char;
  }
  return result;
}

/** An escape of what needs none, such as `\@`, is an error with the flag. */
function isNeedless(escaped: string, isInClass: boolean): boolean {
  if (/^[\^$\\.*+?()[\]{}|/]$/.test(escaped)) return false;
  return escaped === '-' ? !isInClass : !/^[A-Za-z0-9]$/.test(escaped);
}
