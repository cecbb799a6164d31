/** What a log-in is worth, as settings say it: a tenant, a role, an author. */
import { KEY_TEXT_PATTERN } from '../access/api-key.js';
import { ROLES } from '../access/authorize.js';
import { isTenantName, type TenantName } from '../access/tenant-name.js';
import { BaseError } from '../base/errors.js';
import { oneOf, type Shape, textLike } from '../base/json-members.js';

export const ROLE = oneOf(...ROLES);

export const TENANT: Shape<TenantName> = {
  what: 'the name of a tenant',
  read: (value) => (typeof value === 'string' && isTenantName(value) ? value : null),
};

/** API keys without an identity are authors of the form `key:…`: no other may pass for one. */
export const AUTHOR: Shape<string> = {
  what: 'a text of 1 to 200 characters that does not begin with key:',
  read: (value) =>
    typeof value === 'string' && KEY_TEXT_PATTERN.test(value) && !value.startsWith('key:')
      ? value
      : null,
};

/** A name or value that is compared to the letter. */
export const TEXT = textLike(/^[^\p{Cc}\p{Cs}]{1,512}$/u, 'a text of 1 to 512 characters');

export function malformed(reason: string): BaseError {
  return new BaseError('JSON_MALFORMED', reason);
}
