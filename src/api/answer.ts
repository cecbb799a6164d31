/** JSON answers that no cache may keep: what they say is true now, and of one reader. */
import type { Response } from 'express';

export function sendJson(response: Response, status: number, value: object): void {
  response.status(status);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify(value));
}
