// One page out of a template and what goes into it: script and style in line, nothing from outside.
import { createHash } from 'node:crypto';

/** The element, and what a Content-Security-Policy calls its content. */
export function inline(tag, content) {
  if (/<\/(?:script|style)|<!--/i.test(content)) throw new Error('the page would end too early');
  const text = `\n${content}`;
  const digest = createHash('sha256').update(text).digest('base64');
  return { html: `<${tag}>${text}</${tag}>`, source: `'sha256-${digest}'` };
}

/** @throws Error if template or style name anything outside. */
export function refuseOutside(text) {
  const outside = /\b(?:src|href|action|srcset)\s*=|url\(|@import/.exec(text);
  if (outside !== null) throw new Error(`the page points outside: ${outside[0]}`);
}

/** The template with each piece in its place, which must be there once. */
export function put(text, pieces) {
  return Object.entries(pieces).reduce((whole, [place, piece]) => {
    const parts = whole.split(place);
    if (parts.length !== 2) throw new Error(`the page has not one place ${place}`);
    return parts.join(piece);
  }, text);
}
