/** Equal scopes have equal keys. For memory alone: `scopeText` is what formats use, and costs more. */
import type { SecretScope } from '../../../base/secret-scope.js';

export function scopeKey(scope: SecretScope): string {
  // No member holds a control character, so nothing can be taken for the separator.
  return scope.use === 'tags' ? scope.person : `${scope.person}\0${scope.class}\0${scope.month}`;
}
