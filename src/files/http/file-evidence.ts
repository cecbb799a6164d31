/** `GET …?evidence`: what a third party verifies a version with offline; its payload has the SHA-256 of the content. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { evidenceFileHandler } from '../../api/routes/entry-files.js';
import { validate } from '../../api/validate.js';
import {
  asOfParameter,
  driveOf,
  flag,
  pathOf,
  stateOf,
  versionOf,
  versionParameter,
} from './file-request.js';
import type { FilesParts } from './files-parts.js';

/** Not `tlog-proof`, which shows no content and needs less than it takes to know a path: it is to be had by the version’s id. */
export const evidenceQuery = z.strictObject({
  evidence: flag,
  format: z.enum(['json', 'asice', 'asics', 'ots']).optional().meta({
    description: 'Instead of Accept.',
  }),
  asOf: asOfParameter,
  version: versionParameter,
});

export function fileEvidenceHandler(parts: FilesParts): RequestHandler {
  return evidenceFileHandler(parts, async ({ tenant }, request) => {
    const ledger = driveOf(request);
    const path = pathOf(request);
    const { asOf, version } = validate(evidenceQuery, request.query, 'the query');
    const state = await stateOf(parts, tenant, ledger, asOf);
    return { ledger, id: versionOf(state, path, version).id };
  });
}
