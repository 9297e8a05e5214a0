import { createLogger } from './logger.ts';
import { shortLines } from './short-lines.ts';

describe('the log', () => {
  let written = '';
  const out = { write: (text: string) => void (written += text) };
  beforeEach(() => {
    written = '';
  });

  it('hides secrets, queries and addresses', () => {
    const log = createLogger('info', out);
    const req = {
      id: 1,
      method: 'GET',
      url: '/sign-in?token=hunter2',
      headers: { authorization: 'Bearer hunter2' },
      remoteAddress: 'hunter2',
    };
    log.info({ req, authorization: 'hunter2', created: { key: 'hunter2' }, config: { databaseUrl: 'hunter2' } }, 'x');
    expect(written).toContain('"path":"/sign-in"');
    expect(written).not.toContain('hunter2');
  });

  it('tells of an error without the row that PostgreSQL quotes', () => {
    const error = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (domain)=(hunter2)' });
    createLogger('info', out).error(error);
    expect(written).toContain('"code":"23505"');
    expect(written).not.toContain('hunter2');
  });

  it('says nothing below its level', () => {
    createLogger('warn', out).info('quiet');
    expect(written).toBe('');
  });

  it('is short for people, and lets nobody steer their terminal', () => {
    createLogger('info', shortLines(out)).warn({ host: 'a\u001b[2J', n: 3 }, 'refused');
    expect(written.slice(9)).toBe('\u001b[33mwarn \u001b[0m refused  host=a\ufffd[2J  n=3\n');
  });
});
