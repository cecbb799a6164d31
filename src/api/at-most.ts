/** A bound on how many requests of one kind are under way: of those that are large, or keep the thread busy. */
import { ApiError } from './api-error.js';
import type { AuthorizedHandler } from './authentication.js';

/** Those beyond `count` get SERVER_BUSY before their body is read. */
export function atMost(count: number, handler: AuthorizedHandler): AuthorizedHandler {
  let underWay = 0;
  return async (principal, request, response) => {
    if (underWay >= count)
      throw new ApiError('SERVER_BUSY', 'too many requests of this kind at a time: try again');
    underWay++;
    try {
      await handler(principal, request, response);
    } finally {
      underWay--;
    }
  };
}
