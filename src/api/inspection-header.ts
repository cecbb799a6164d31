/**
 * Where a request says which inspection it reads under: in its path, if that is about one, else in a
 * header. The description names the header at each operation that takes it (`openapi.ts`).
 */
import type { Request } from 'express';
import { z } from 'zod';
import { INSPECTION_ID_PATTERN } from '../access/inspection.js';
import { textOfForm } from './schemas.js';

export const INSPECTION_HEADER = 'Chirograph-Inspection';

/** Of a path that is about the inspection itself. */
const IN_PATH = 'inspection';

/** As it was written: whether there is such an inspection is for `Inspections` to say. */
export function inspectionOf(request: Request): string | undefined {
  const inspection = request.params[IN_PATH];
  return typeof inspection === 'string' ? inspection : request.get(INSPECTION_HEADER);
}

/** Whether a route of this path takes the header. */
export function takesInspectionHeader(path: string): boolean {
  return !path.split('/').includes(`:${IN_PATH}`);
}

/** For the `headers` of an operation in the description. */
export const inspectionHeaders = z.object({
  [INSPECTION_HEADER]: textOfForm(INSPECTION_ID_PATTERN).optional().meta({
    description:
      'Id of an open inspection, for keys with the role inspector, who read nothing without one. What is out of its scope is refused, and the answer is on record as shown under it.',
  }),
});
