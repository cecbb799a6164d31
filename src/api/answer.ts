/** JSON answers that no cache may keep: what they say is true now, and of one reader. */
import type { Response } from 'express';

export function sendJson(response: Response, status: number, value: object): void {
  sendJsonText(response, status, JSON.stringify(value));
}

/** @param json of an object. */
export function sendJsonText(response: Response, status: number, json: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(json);
}
