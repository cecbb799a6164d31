/** What a signed note can hold: well-formed Unicode, and below U+0020 nothing but newlines. */
export function isNoteText(text: string): boolean {
  return !/[^\n -\uffff]/.test(text) && text.isWellFormed();
}
