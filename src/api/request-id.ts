/** One id for a request, in its answer, its problem and the log. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const HEADER = 'X-Request-Id';
const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/;

/** Takes the id that the client or a proxy chose, if it is a harmless one; else makes one. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get(HEADER);
  const id = given !== undefined && ACCEPTED.test(given) ? given : randomUUID();
  response.setHeader(HEADER, id);
  next();
};

/** The id that the middleware above gave it. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(HEADER) ?? '');
}
