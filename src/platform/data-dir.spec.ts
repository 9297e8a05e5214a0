import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeDataDir, readSecretFile, writeSecretFile } from './data-dir.ts';

describe('the data directory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-dir-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

  it('lets nobody look around', async () => {
    const path = join(folder, 'a', 'b');
    await makeDataDir(path);
    await makeDataDir(path);
    expect(await modeOf(path)).toBe(process.getuid?.() === 0 ? '711' : '700');
  });

  it('keeps a secret that only this user reads, and replaces it whole', async () => {
    const path = join(folder, 'admin-key');
    expect(await readSecretFile(path)).toBeUndefined();
    await writeSecretFile(path, 'one');
    await writeSecretFile(path, 'two');
    expect(await readSecretFile(path)).toBe('two');
    expect(await modeOf(path)).toBe('600');
    expect(await readdir(folder)).toEqual(['admin-key']);
  });

  it('leaves nothing where a secret could not be written', async () => {
    const taken = join(folder, 'taken');
    await makeDataDir(taken);
    await expect(writeSecretFile(taken, 'one')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });
});
