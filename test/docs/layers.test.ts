import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const page = readFileSync('docs/ARCHITECTURE.md', 'utf8');

const ruleSchema = z.object({
  name: z.string(),
  from: z.object({ path: z.string().optional(), pathNot: z.string().optional() }),
  to: z.object({ path: z.string().optional(), pathNot: z.string().optional() }),
});
const configSchema = z.object({ default: z.object({ forbidden: z.array(ruleSchema) }) });

/** Cells of the page's table whose first column has this heading. */
function table(heading: string): string[][] {
  const [, rows = ''] = page.split(new RegExp(`^\\| ${heading} .*\\n\\|[-| ]+\\|\\n`, 'm'));
  return rows
    .slice(0, rows.indexOf('\n\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** Names in backticks. */
function names(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
}

async function rules(): Promise<z.infer<typeof ruleSchema>[]> {
  const file: unknown = await import(pathToFileURL('.dependency-cruiser.mjs').href);
  return configSchema.parse(file).default.forbidden;
}

/** What the checker lets each folder import. */
async function enforced(): Promise<Record<string, string[]>> {
  const entries = (await rules()).flatMap(({ name, from, to }) => {
    const folder = /^\^src\/([a-z]+)\/$/.exec(from.path ?? '')?.[1];
    const allowed = /^\^src\/\(([a-z|]+)\)\/$/.exec(to.pathNot ?? '')?.[1];
    if (folder === undefined || allowed === undefined || name !== `${folder}-imports`) return [];
    return [[folder, allowed.split('|').filter((one) => one !== folder)] as const];
  });
  return Object.fromEntries(entries);
}

const folders = table('folder').map(([folder, , allowed]) => ({
  name: names(folder)[0] ?? '',
  allowed,
}));

describe('docs/ARCHITECTURE.md', () => {
  it('says of each folder what the checker of layers says', async () => {
    const told = folders
      .filter(({ allowed }) => allowed !== 'any')
      .map(({ name, allowed }) => [name, names(allowed)] as const);
    expect(Object.fromEntries(told)).toEqual(await enforced());
  });

  it('has a row for each folder that there is', () => {
    const there = readdirSync('src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.map(({ name }) => name)).toEqual(expect.arrayContaining(there));
  });

  it('names the same packages with a home of their own as the checker does', async () => {
    const homes = (await rules()).flatMap(({ name }) => {
      const packages = /^home-of-\(?(.+?)\)?$/.exec(name)?.[1];
      return packages === undefined ? [] : [packages.split('|')];
    });
    expect(table('packages').map(([packages]) => names(packages))).toEqual(homes);
  });
});
