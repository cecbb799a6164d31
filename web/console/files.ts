/** The files that can be taken away, as paths of the API and names. None has a person's name in it. */
import type { Language } from '../../src/evidence/languages.js';
import {
  ledgerPath,
  type Point,
  pointQuery,
  queryOf,
  type Subject,
  subjectPath,
} from './question.js';

export interface FileToTake {
  readonly path: string;
  /** Unless the node names it. */
  readonly name: string;
}

/** All of the person, with the proof that it is all, for the offline verifier. */
export function collectionFile(subject: Subject, point: Point): FileToTake {
  const query = queryOf(pointQuery(subject, point));
  return {
    path: `${subjectPath(subject)}/evidence${query}`,
    name: `${subject.ledger}.collection`,
  };
}

export function entryEvidence(ledger: string, id: string): FileToTake {
  return {
    path: `${ledgerPath(ledger)}/records/${id}/evidence?format=json`,
    name: `${ledger}-${id.slice(0, 12)}.evidence`,
  };
}

export function exportFile(
  { ledger, subject, origin, types, until }: Subject,
  { asOf, validAt }: Point,
  format: 'ndjson' | 'csv',
): FileToTake {
  // Of one type or of all: where a scope has several, the node says that it wants one of them.
  const type = types.length === 1 ? types : null;
  const query = queryOf({ format, subject, asOf: asOf ?? until, validAt, origin, type });
  return { path: `${ledgerPath(ledger)}/export${query}`, name: `${ledger}.${format}` };
}

/** GDPR, Art. 15. */
export function personExport(
  subject: Subject,
  format: 'json' | 'pdf',
  language: Language,
): FileToTake {
  return {
    path: `${subjectPath(subject)}/export${queryOf({ format, language })}`,
    name: `subject-export-${subject.ledger}.${format}`,
  };
}

export function trustFile(): FileToTake {
  return { path: '/v1/trust', name: 'node.trust.json' };
}

export function handOverPackage(
  inspection: string,
  format: 'json' | 'pdf',
  language: Language,
): FileToTake {
  const query = queryOf({ format, language });
  const id = encodeURIComponent(inspection);
  const extension = format === 'json' ? 'collection' : format;
  return {
    path: `/v1/inspections/${id}/package${query}`,
    name: `inspection-package.${extension}`,
  };
}
