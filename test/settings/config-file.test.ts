import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/settings/config-file.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const directory = await temporaryDirectory();
const path = join(directory, 'chirograph.config.json');

afterAll(() => removeDirectory(directory));

describe('chirograph.config.json', () => {
  it('need not be there, nor its directory', () => {
    expect(readConfigFile(directory)).toEqual({});
    expect(readConfigFile(join(directory, 'nowhere'))).toEqual({});
  });

  it('is a JSON object', async () => {
    await writeFile(path, '{ "port": 0 }\n');
    expect(readConfigFile(directory)).toEqual({ port: 0 });
  });

  it.each([
    ['', 'empty'],
    ['[]', 'a list'],
    ['{"port":1,"port":2}', 'ambiguous'],
    ['{"port":', 'cut off'],
  ])('%j is refused, because it is %s', async (text) => {
    await writeFile(path, text);
    expect(() => readConfigFile(directory)).toThrow(
      expect.objectContaining({ code: 'CONFIG_FILE_UNREADABLE' }),
    );
  });

  it('that cannot be read is refused', async () => {
    const other = join(directory, 'other');
    await mkdir(join(other, 'chirograph.config.json'), { recursive: true });
    expect(() => readConfigFile(other)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_FILE_UNREADABLE',
        message: expect.stringContaining('EISDIR'),
      }),
    );
  });
});
