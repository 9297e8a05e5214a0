import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { canReach, parsePasswd } from './account.ts';

describe('the account of the server', () => {
  it('is looked up by name', () => {
    const text = 'root:x:0:0::/root:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var:/bin/bash\nbroken\n';
    expect(parsePasswd(text)).toContainEqual({ name: 'postgres', uid: 101, gid: 104 });
    expect(parsePasswd(text)).toHaveLength(2);
  });

  it('reaches a path when every folder above lets it pass', () => {
    const folder = mkdtempSync(join(tmpdir(), 'reach-'));
    mkdirSync(join(folder, 'a'), { mode: 0o755 });
    const path = join(folder, 'a', 'not-there-yet', 'b');
    const stranger = { name: 'stranger', uid: 54321, gid: 54321 };
    const owner = { name: 'owner', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    try {
      expect(canReach(owner, path)).toBe(true);
      expect(canReach(stranger, path)).toBe(false); // mkdtemp: 0700
      chmodSync(folder, 0o711);
      expect(canReach(stranger, path)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
