/** What one look at a log found, as it is printed. */
import { toHex } from '../../base/bytes.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { formatInstant } from '../../base/time.js';
import { visible } from '../../base/visible-text.js';
import type { Alarm } from './alarms.js';
import type { Round } from './round.js';

export function roundToJson({ at, head, change, alarms }: Round): JsonValue {
  return {
    at: formatInstant(at),
    ...(head !== null && {
      origin: head.origin,
      size: head.size,
      rootHash: toHex(head.rootHash),
    }),
    change,
    alarms: alarms.map(({ code, place, detail, proof }) => ({
      code,
      place,
      detail,
      ...(proof !== undefined && { proof }),
    })),
  };
}

export function linesOfRound({ at, head, change, alarms }: Round): string[] {
  const time = formatInstant(at);
  const said =
    head === null
      ? 'nothing was ever seen of the log'
      : `${visible(head.origin)}: size ${head.size}, root hash ${toHex(head.rootHash)}, ${CHANGES[change]}`;
  return [`${time}  ${said}`, ...alarms.flatMap(linesOfAlarm)];
}

function linesOfAlarm({ code, place, detail, proof }: Alarm): string[] {
  return [
    `ALARM ${code}: ${visible(place)}: ${visible(detail)}`,
    ...(proof === undefined ? [] : [`  the proof is in ${visible(proof)}`]),
  ];
}

const CHANGES: Readonly<Record<Round['change'], string>> = {
  first: 'seen for the first time',
  grown: 'grown since',
  none: 'as before',
};
