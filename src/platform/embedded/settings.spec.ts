import { postgresSettings, settingFlags } from './settings.ts';

const GB = 2 ** 30;

describe('the settings of the embedded server', () => {
  it('never trade a row that was answered for speed', () => {
    for (const memory of [GB / 4, 2 * GB, 64 * GB]) {
      const durable = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };
      expect(postgresSettings(memory, 2)).toMatchObject(durable);
    }
  });

  it('grow with the machine, within bounds', () => {
    const of = (memory: number): string[] => {
      const { shared_buffers, work_mem, maintenance_work_mem, max_wal_size } = postgresSettings(memory, 4);
      return [shared_buffers, work_mem, maintenance_work_mem, max_wal_size].map(String);
    };
    expect(of(GB / 8)).toEqual(['64MB', '4MB', '32MB', '512MB']);
    expect(of(4 * GB)).toEqual(['1024MB', '16MB', '256MB', '1024MB']);
    expect(of(256 * GB)).toEqual(['8192MB', '64MB', '1024MB', '4096MB']);
  });

  it('ask for no compression that the build lacks, and for no compiler', () => {
    expect(postgresSettings(GB, 1)).toMatchObject({ wal_compression: 'pglz', jit: 'off' });
  });

  it('become arguments', () => {
    expect(settingFlags({ jit: 'off', work_mem: '4MB' })).toEqual(['-c', 'jit=off', '-c', 'work_mem=4MB']);
  });
});
