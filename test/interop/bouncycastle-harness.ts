/**
 * Asks BouncyCastle (Debian's libbcpkix-java) through `bouncycastle/Harness.java`, which is compiled
 * when first used. Files go by a temporary directory, answers are words on one line.
 */
import { execFile } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { UnixMillis } from '../../src/base/brand.js';
import type { Identity } from '../signing/support/test-pki.js';

const run = promisify(execFile);
const JARS = ['bcprov', 'bcutil', 'bcpkix'].map((name) => `/usr/share/java/${name}.jar`);
const SOURCE = 'test/interop/bouncycastle/Harness.java';

export class BouncyCastle {
  readonly #folder: string;
  #files = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<BouncyCastle> {
    const folder = await mkdtemp(join(tmpdir(), 'chirograph-bouncycastle-'));
    await run('javac', ['-cp', JARS.join(':'), '-d', folder, SOURCE]);
    return new BouncyCastle(folder);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  /** The words that it says. @throws if it raises, with what it says then. */
  async ask(command: string, ...inputs: readonly (Uint8Array | string)[]): Promise<string[]> {
    const names: string[] = [];
    for (const input of inputs)
      names.push(typeof input === 'string' ? input : await this.#put(input));
    const classes = [this.#folder, ...JARS].join(':');
    const { stdout } = await run('java', ['-cp', classes, 'Harness', command, ...names]);
    return stdout.trim().split(' ');
  }

  /** What it makes; the name of the file comes last. */
  async make(command: string, ...inputs: readonly (Uint8Array | string)[]): Promise<Uint8Array> {
    const out = this.#name();
    await this.ask(command, ...inputs, out);
    return new Uint8Array(await readFile(out));
  }

  /** The paths of a chain, as the harness takes them. */
  async chain(identities: readonly Identity[]): Promise<string> {
    const names: string[] = [];
    for (const { certificate } of identities) names.push(await this.#put(certificate.der));
    return names.join(',');
  }

  async #put(bytes: Uint8Array): Promise<string> {
    const name = this.#name();
    await writeFile(name, bytes);
    return name;
  }

  #name(): string {
    return join(this.#folder, String(this.#files++));
  }
}

/** Kind and PKCS#8 of a key, as the harness takes them. */
export function keyArguments(key: KeyObject): [string, Uint8Array] {
  const kind = key.asymmetricKeyType === 'rsa' ? 'RSA' : 'EC';
  return [kind, new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))];
}

export function instantArgument(at: UnixMillis): string {
  return String(at);
}
