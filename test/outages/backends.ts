/** The backends of a node that can be away, a row for each way to be. */
import type { Backend } from './away.js';
import { CALENDARS_AWAY, UPSTREAMS_AWAY } from './calendars-away.js';
import { CHAINS_AWAY } from './chain-away.js';
import { FILES_AWAY } from './files-away.js';
import { STAMPS_AWAY } from './stamps-away.js';
import { WITNESSES_AWAY } from './witness-away.js';

const KINDS = [
  CHAINS_AWAY,
  WITNESSES_AWAY,
  STAMPS_AWAY,
  CALENDARS_AWAY,
  UPSTREAMS_AWAY,
  FILES_AWAY,
];

/** One of each kind, then another one of each: whoever takes the first so many has all kinds. */
export const BACKENDS: readonly Backend[] = KINDS.flatMap((rows) =>
  rows.map((row, turn) => ({ row, turn })),
)
  .sort((a, b) => a.turn - b.turn)
  .map(({ row }) => row);
