/** Values altered, lists reordered, parts moved about within one file. */
import { toBase64, utf8 } from '../../../src/base/bytes.js';
import {
  canonical,
  edited,
  get,
  type Node,
  parse,
  type Path,
  remove,
  set,
  update,
} from './json-edit.js';
import { alterationsOf, failing, type NamedMutation, unusable } from './named-mutation.js';

const AFTER: Path = ['anchors', 'after'];
const BEFORE: Path = ['anchors', 'before'];
const STAMP: Path = ['timeStamp'];

export function mutationsOfValue(bytes: Uint8Array): NamedMutation[] {
  return [
    ...ofEntry(bytes),
    ...ofHistory(bytes),
    ...ofLog(bytes),
    ...ofAnchors(bytes),
    ...ofStamp(bytes),
    ...ofSignatures(bytes),
  ];
}

function ofEntry(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const statement = (from: string, to: string) => (file: Node) => {
    rewrite(file, ['entry', 'statement'], from, to);
  };
  return [
    altered('another street in the payload', 'payload', (file) => {
      rewrite(file, ['entry', 'payload', 'bytes'], 'Seilergraben 1', 'Seilergraben 2');
    }),
    altered('another payload and no header to describe it', 'payload', (file) => {
      remove(file, ['history']);
      remove(file, ['entry', 'header']);
      remove(file, ['entry', 'openers']);
      rewrite(file, ['entry', 'payload', 'bytes'], 'Seilergraben 1', 'Seilergraben 2');
    }),
    altered('the payload of another salt', 'payload', (file) => {
      set(file, ['entry', 'payload', 'salt'], get(file, ['entry', 'header', 'salt']));
    }),
    altered('another subject in the header', 'tags', (file) => {
      const said = (subject: string) => `"schema":"none","subject":"${subject}"`;
      rewrite(file, ['entry', 'header', 'bytes'], said('customer-4711'), said('customer-4712'));
    }),
    altered('another schema in the header', 'header', (file) => {
      rewrite(file, ['entry', 'header', 'bytes'], '"schema":"none"', '"schema":"KYC1"');
    }),
    altered('another opener', 'tags', (file) => {
      set(file, ['entry', 'openers', 'author'], get(file, ['entry', 'openers', 'subject']));
    }),
    altered('another index in the statement', 'inclusion', statement('"index":9', '"index":8')),
    altered('another type', 'inclusion', statement('tradle.Residence', 'tradle.Residencx')),
    altered('a year earlier', 'statement', statement('2026-11-02', '2025-11-02')),
    altered(
      'a member more in the statement',
      'statement',
      statement('"type":', '"tyqe":1,"type":'),
    ),
    unusable('an unknown kind', edited(bytes, statement('"kind":"record"', '"kind":"recore"'))),
    unusable('a statement of a newer format', edited(bytes, statement('"$v":1', '"$v":2'))),
    ...listAlterations(bytes, ['entry', 'inclusion'], 'the path of the entry', 'inclusion'),
    failing('a payload beside a handover', 'payload', besideHandover(bytes, 'payload')),
    failing('a header beside a handover', 'header', besideHandover(bytes, 'header')),
  ];
}

function ofHistory(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const event = (at: number, change: (signed: Node) => void) => (file: Node) => {
    update(file, ['history', at], (text: string) =>
      toBase64(edited(new Uint8Array(Buffer.from(text, 'base64')), change)),
    );
  };
  const events = (change: (events: unknown[]) => unknown[]) => (file: Node) => {
    update(file, ['history'], change);
  };
  return [
    altered(
      'another name of the author',
      'author',
      event(0, (signed) => {
        set(signed, ['event', 'name'], 'Eve');
      }),
    ),
    altered(
      'another purpose of a key of the author',
      'author',
      event(0, (signed) => {
        set(signed, ['event', 'keys', 1, 'purposes', 0], 'update');
      }),
    ),
    altered(
      'an act of the tenant that says something else',
      'author',
      event(1, (signed) => {
        set(signed, ['event', 'reason'], 'never seen');
      }),
    ),
    altered(
      'the signature of the new key left out',
      'author',
      event(2, (signed) => {
        remove(signed, ['signatures', 1]);
      }),
    ),
    altered(
      'the signatures of an event left out',
      'author',
      event(2, (signed) => {
        remove(signed, ['signatures']);
      }),
    ),
    altered(
      'a member beside an event',
      'author',
      event(2, (signed) => {
        set(signed, ['note'], 'added');
      }),
    ),
    altered(
      'a history without its beginning',
      'author',
      events((all) => all.slice(1)),
    ),
    altered(
      'an event left out of the middle',
      'author',
      events((all) => all.toSpliced(1, 1)),
    ),
    altered(
      'events in another order',
      'author',
      events(([a, b, c]) => [a, c, b]),
    ),
    altered(
      'an event twice',
      'author',
      events((all) => [...all, all.at(-1)]),
    ),
    altered(
      'an event that is no JSON',
      'author',
      events((all) => [...all, 'AAAA']),
    ),
    unusable(
      'a history without events',
      edited(
        bytes,
        events(() => []),
      ),
    ),
  ];
}

function ofLog(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const checkpoint = (change: (note: string) => string) => (file: Node) => {
    update(file, ['log', 'checkpoint'], change);
  };
  return [
    altered('the first entry altered', 'inclusion', (file) => {
      rewrite(file, ['log', 'first', 'statement'], 'T09:00:00.000Z', 'T08:00:00.000Z');
    }),
    altered('a handover altered', 'inclusion', (file) => {
      rewrite(file, ['log', 'handovers', 0, 'statement'], 'T09:50:00.000Z', 'T09:51:00.000Z');
    }),
    altered('a handover twice', 'handovers', (file) => {
      update(file, ['log', 'handovers'], (list: unknown[]) => [...list, ...list]);
    }),
    altered('a handover left out', 'checkpoint', (file) => {
      set(file, ['log', 'handovers'], []);
    }),
    altered('the entry in place of the first', 'statement', (file) => {
      const { statement, inclusion } = get(file, ['entry']) as Node;
      set(file, ['log', 'first'], { statement, inclusion });
    }),
    altered(
      'another size in the checkpoint',
      'checkpoint',
      checkpoint((note) => note.replace('\n20\n', '\n21\n')),
    ),
    altered(
      'another fork in the checkpoint',
      'checkpoint',
      checkpoint((note) => note.replace(' 0 7 ', ' 1 7 ')),
    ),
    altered(
      'another line in the checkpoint',
      'checkpoint',
      checkpoint((note) => note.replace('\n\n', '\nnote\n\n')),
    ),
    altered(
      'an unsigned checkpoint',
      'checkpoint',
      checkpoint((note) => note.slice(0, note.indexOf('\n\n') + 1)),
    ),
    altered(
      'a signature line by somebody unknown',
      'checkpoint',
      checkpoint((note) => `${note}— witness.example ${'A'.repeat(92)}\n`),
    ),
    altered('development hidden', 'format', (file) => {
      remove(file, ['development']);
    }),
    altered('the development of the seal hidden', 'format', (file) => {
      set(file, ['development'], ['devchain']);
    }),
    altered('a part of development twice', 'format', (file) => {
      set(file, ['development'], ['devchain', 'devchain']);
    }),
  ];
}

function ofStamp(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const check = 'epoch-time-stamp' as const;
  return [
    altered('the stamped head under another salt', check, (file) => {
      set(file, [...STAMP, 'log', 'salt'], get(file, [...BEFORE, 'log', 'salt']));
    }),
    altered('the stamped head of before', check, (file) => {
      set(file, [...STAMP, 'head'], get(file, [...BEFORE, 'head']));
    }),
    altered('a stamped checkpoint of another size', check, (file) => {
      update(file, [...STAMP, 'checkpoint'], (note: string) => note.replace(/\n4\n/, '\n5\n'));
    }),
    altered('a stamped checkpoint signed by another key', check, (file) => {
      update(file, [...STAMP, 'checkpoint'], (note: string) =>
        note.replace(/ (\S{20})(\S+)\n$/, (_, head: string, tail: string) => {
          return ` ${head}${tail.startsWith('A') ? 'B' : 'A'}${tail.slice(1)}\n`;
        }),
      );
    }),
    altered('no time-stamp but a statement', check, (file) => {
      set(file, [...STAMP, 'token'], get(file, ['entry', 'statement']));
    }),
    ...listAlterations(
      bytes,
      [...STAMP, 'epoch', 'inclusion'],
      'the path of the stamped epoch',
      check,
    ),
    ...listAlterations(bytes, [...STAMP, 'consistency'], 'the stamped head’s proof', check),
  ];
}

function ofAnchors(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const swap = (a: Path, b: Path) => (file: Node) => {
    const [first, second] = [get(file, a), get(file, b)];
    set(file, a, second);
    set(file, b, first);
  };
  const after = (name: string, path: Path, value: unknown): NamedMutation =>
    altered(name, 'anchor:after', (file) => {
      set(file, [...AFTER, ...path], value);
    });
  return [
    after('another chain named', ['chain'], 'bitcoin:mainnet'),
    after('another network in the proof', ['transaction', 'network'], 'mainnet'),
    after('another epoch size', ['epoch', 'size'], 6),
    after('another height', ['transaction', 'height'], 329),
    after('headers said to begin elsewhere', ['transaction', 'headersFrom'], 301),
    after('another place in the block', ['transaction', 'index'], 1),
    after('no consistency proof', ['consistency'], []),
    altered('the head under another salt', 'anchor:after', (file) => {
      set(file, [...AFTER, 'log', 'salt'], get(file, [...BEFORE, 'log', 'salt']));
    }),
    altered('one header less', 'anchor:after', (file) => {
      update(file, [...AFTER, 'transaction', 'headers'], (headers: string) => headers.slice(160));
    }),
    altered('the anchors exchanged', 'anchor:before', swap(AFTER, BEFORE)),
    altered('one anchor for both', 'anchor:before', (file) => {
      set(file, BEFORE, get(file, AFTER));
    }),
    altered(
      'the transactions exchanged',
      'anchor:after',
      swap([...AFTER, 'transaction'], [...BEFORE, 'transaction']),
    ),
    altered(
      'the headers exchanged',
      'anchor:after',
      swap([...AFTER, 'transaction', 'headers'], [...BEFORE, 'transaction', 'headers']),
    ),
    ...listAlterations(bytes, [...AFTER, 'consistency'], 'the consistency proof', 'anchor:after'),
    ...listAlterations(
      bytes,
      [...AFTER, 'epoch', 'inclusion'],
      'the path of the epoch',
      'anchor:after',
    ),
  ];
}

function ofSignatures(bytes: Uint8Array): NamedMutation[] {
  const altered = alterationsOf(bytes);
  return [
    altered('the signatures in another order', 'signature:2', (file) => {
      update(file, ['signatures'], (list: unknown[]) => list.toReversed());
    }),
    altered('a signature twice', 'signature:2', (file) => {
      update(file, ['signatures'], ([first, , third]: unknown[]) => [first, first, third]);
    }),
    altered('a batch altered', 'inclusion', (file) => {
      rewrite(file, ['batch', 'statement'], 'T11:40:00.000Z', 'T11:41:00.000Z');
    }),
    altered('a batch without its signature', 'batch', (file) => {
      update(file, ['signatures'], (list: unknown[]) => list.slice(0, 2));
    }),
    altered('a signature over a batch that is not there', 'signature:3', (file) => {
      remove(file, ['batch']);
    }),
    altered('the first entry in place of the batch', 'statement', (file) => {
      set(file, ['batch'], get(file, ['log', 'first']));
    }),
    altered('a signature altered', 'inclusion', (file) => {
      rewrite(file, ['signatures', 0, 'statement'], 'T11:00:00.000Z', 'T11:01:00.000Z');
    }),
    altered('a signature that is not shown', 'signature:1', (file) => {
      remove(file, ['signatures', 0, 'payload']);
    }),
    altered('the CMS of one signature in another', 'signature:1', (file) => {
      set(file, ['signatures', 0, 'payload'], get(file, ['signatures', 1, 'payload']));
    }),
    altered('a signature in place of the entry', 'signature:1', (file) => {
      set(file, ['entry'], get(file, ['signatures', 0]));
    }),
    altered('the entry in place of a signature', 'statement', (file) => {
      set(file, ['signatures', 0], get(file, ['entry']));
    }),
  ];
}

function listAlterations(
  bytes: Uint8Array,
  path: Path,
  what: string,
  check: 'inclusion' | 'anchor:after' | 'epoch-time-stamp',
): NamedMutation[] {
  const altered = alterationsOf(bytes);
  const changed = (how: string, change: (list: unknown[]) => unknown[]): NamedMutation =>
    altered(`${what} ${how}`, check, (file) => {
      update(file, path, change);
    });
  return [
    changed('reversed', (list) => list.toReversed()),
    changed('cut short', (list) => list.slice(1)),
    changed('too long', (list) => [...list, list[0]]),
  ];
}

/** A file on the handover, with something opened that such an entry does not have. */
function besideHandover(bytes: Uint8Array, opening: 'header' | 'payload'): Uint8Array {
  const file = parse(bytes);
  const handover = get(file, ['log', 'handovers', 0]) as Node;
  return canonical({
    $v: 1,
    development: ['seal'],
    entry: { ...handover, [opening]: get(file, ['entry', opening]) },
    log: get(file, ['log']),
  });
}

/** One text for another inside base64. */
function rewrite(file: Node, path: Path, from: string, to: string): void {
  update(file, path, (encoded: string) => {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    if (!text.includes(from)) throw new Error(`there is no ${from} to rewrite`);
    return toBase64(utf8(text.replace(from, to)));
  });
}
