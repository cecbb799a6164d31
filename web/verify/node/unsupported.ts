/** What a stand-in for a module of Node does not know, it refuses: it must never say "valid" by mistake. */
export function unsupported(what: string): Error {
  return new Error(`not supported in a browser: ${what}`);
}
