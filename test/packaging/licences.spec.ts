import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/check-licences.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'antics-licences-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The answer to a lock file with one package of this licence. */
function check(license: unknown, path = 'node_modules/some-package') {
  const lock = join(folder, 'package-lock.json');
  writeFileSync(lock, JSON.stringify({ packages: { '': {}, [path]: { version: '1.2.3', license } } }));
  return spawnSync(process.execPath, [script, lock], { encoding: 'utf8' });
}

describe('the licence check', () => {
  it.each(['MIT', 'ISC', '(MIT OR GPL-3.0-only)', 'GPL-2.0-only OR (Apache-2.0 AND MIT)', 'Apache-2.0 AND MIT'])(
    'lets %s pass',
    (licence) => expect(check(licence).status).toBe(0),
  );

  it.each([
    'AGPL-3.0-or-later',
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(MIT OR Apache-2.0) AND LGPL-3.0-only',
    'Apache-2.0 WITH Commons-Clause',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.md',
    '(MIT',
    '',
    undefined,
    { type: 'MIT' },
  ])('stops at %j', (licence) => expect(check(licence).status).toBe(1));

  it('names the package, its version and its licence', () => {
    const { stderr } = check('AGPL-3.0-or-later', 'node_modules/a/node_modules/@scope/parser');
    expect(stderr).toContain('@scope/parser@1.2.3: AGPL-3.0-or-later');
  });

  it('finds our own tree in order', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: root, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\d{3,} packages, all under permissive licences/);
  });
});
