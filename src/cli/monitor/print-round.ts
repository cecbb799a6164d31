/** What one look at a log found, as it is printed. */
import { toHex } from '../../base/bytes.js';
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';
import { formatInstant } from '../../base/time.js';
import { visible } from '../../base/visible-text.js';
import type { Alarm } from './alarms.js';
import type { KnownHandover } from './handovers.js';
import type { EpochRound, Round } from './round.js';

export function roundToJson({ at, head, change, alarms, epochs, handovers }: Round): JsonValue {
  return {
    at: formatInstant(at),
    ...(head !== null && {
      origin: head.origin,
      size: head.size,
      rootHash: toHex(head.rootHash),
    }),
    change,
    ...(epochs !== undefined && { epochs: epochs && epochsToJson(epochs) }),
    handovers: handovers.map((handover) => ({ ...handover })),
    alarms: alarms.map(({ code, place, detail, proof }) => ({
      code,
      place,
      detail,
      ...(proof !== undefined && { proof }),
    })),
  };
}

export function linesOfRound({ at, head, change, alarms, epochs, handovers }: Round): string[] {
  const time = formatInstant(at);
  const said =
    head === null
      ? 'nothing was ever seen of the log'
      : `${visible(head.origin)}: size ${head.size}, root hash ${toHex(head.rootHash)}, ${CHANGES[change]}`;
  return [
    `${time}  ${said}`,
    ...handovers.map(lineOfHandover),
    ...linesOfEpochs(epochs ?? null),
    ...alarms.flatMap(linesOfAlarm),
  ];
}

function epochsToJson({ head, change, followed }: EpochRound): JsonObject {
  const { origin, size, rootHash } = head;
  return { origin, size, rootHash: toHex(rootHash), change, followed };
}

function linesOfEpochs(epochs: EpochRound | null): string[] {
  if (epochs === null) return [];
  const { head, change, followed } = epochs;
  const upTo = followed === null ? 'none followed' : `followed up to epoch ${followed}`;
  return [`  ${visible(head.origin)}: size ${head.size}, ${CHANGES[change]}, ${upTo}`];
}

function lineOfHandover({ new: next, size, by }: KnownHandover): string {
  return `  handed over at size ${size}, ${GIVEN_BY[by]}; it goes on by ${visible(next)}`;
}

const GIVEN_BY: Readonly<Record<KnownHandover['by'], string>> = {
  'recovery-key': 'signed by the recovery key',
  'both-keys': 'signed by the old key and the new one',
  election: 'by an election: the votes of the group that keeps the log',
};

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
