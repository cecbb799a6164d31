/** A writer, replicas and links between them, all gone at the end. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { parseMisbehaviour } from '../../../src/evidence/misbehaviour/parse-misbehaviour.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { copyDirectory } from '../../support/copy-directory.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { HostileWriter, PINNED } from './hostile-writer.js';
import { link, type Link } from './links.js';
import { openReplica, type ReplicaOptions, type TestReplica } from './replica.js';

export interface Replicating {
  replicateWith(stream: object): void;
}

export class Stage {
  root = '';
  #links: Link[] = [];
  readonly #replicas: { close(): Promise<void> }[] = [];
  #open: { close(): Promise<void> }[] = [];

  /** Around each test of the file. */
  static forEach(): Stage {
    const stage = new Stage();
    beforeEach(async () => {
      stage.root = await temporaryDirectory();
    });
    afterEach(async () => {
      await stage.cutOff();
      for (const one of stage.#open.splice(0).reverse()) await one.close();
      await removeDirectory(stage.root);
    });
    return stage;
  }

  async writer(name = 'writer'): Promise<HostileWriter> {
    return this.#kept(await HostileWriter.open(join(this.root, name)));
  }

  /** The same writer after a restart: Hypercore keeps old nodes of a tree that was cut under its own fork number in memory. */
  async restarted(writer: HostileWriter, name = 'writer'): Promise<HostileWriter> {
    await this.close(writer);
    const again = await this.writer(name);
    again.goOnFrom(writer);
    return again;
  }

  /** Another writer with the same keys and the same history. */
  async twin(writer: HostileWriter): Promise<HostileWriter> {
    await writer.flush();
    await copyDirectory(join(this.root, 'writer'), join(this.root, 'twin'));
    const twin = await this.writer('twin');
    twin.goOnFrom(writer);
    return twin;
  }

  async replica(name: string, options: ReplicaOptions = {}): Promise<TestReplica> {
    return this.#kept(await openReplica(join(this.root, name), options, this.#replicas));
  }

  /** Those that a power cut kept from closing by themselves, or from opening. */
  async closeReplicas(): Promise<void> {
    for (const one of this.#replicas.splice(0).reverse()) await Promise.allSettled([one.close()]);
  }

  connect(one: Replicating, other: Replicating): void {
    const made = link();
    this.#links.push(made);
    one.replicateWith(made.ends[0]);
    other.replicateWith(made.ends[1]);
  }

  async cutOff(): Promise<void> {
    for (const one of this.#links.splice(0)) await one.close();
  }

  /** To be closed at the end of the test. */
  keep(one: { close(): Promise<void> }): void {
    this.#open.push(one);
  }

  /** Before the end of the test. */
  async close(one: { close(): Promise<void> }): Promise<void> {
    this.#open = this.#open.filter((other) => other !== one);
    await one.close();
  }

  #kept<T extends { close(): Promise<void> }>(opened: T): T {
    this.#open.push(opened);
    return opened;
  }
}

/** The alarm of a replica with a proof that a stranger takes who knows the log's key alone. */
export async function expectProof({ alarms }: TestReplica, kind: string): Promise<void> {
  const path = alarms[0]?.proof ?? null;
  expect(alarms[0]?.alarm).toMatchObject({ code: 'misbehaviour' });
  if (path === null) throw new Error('an alarm without a proof');
  expectProven(await readFile(path), kind);
}

export function expectProven(proof: Uint8Array | null, kind: string): void {
  if (proof === null) throw new Error('there is no proof');
  expect(parseMisbehaviour(proof).shows.kind).toBe(kind);
  const trust = { ...NO_TRUST, logs: [PINNED.firstKey] };
  expect(verifyMisbehaviour(proof, trust).result).toBe('proven');
}
