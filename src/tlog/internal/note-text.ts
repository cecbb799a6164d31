/** What a signed note can hold: well-formed Unicode, and below U+0020 nothing but newlines. */
export function isNoteText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a) return false;
  }
  return text.isWellFormed();
}
