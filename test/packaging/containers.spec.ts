import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { CONFIG_TABLE } from '../../src/platform/config-table.ts';

const file = (name: string) => new URL(`../../${name}`, import.meta.url);
const read = (name: string) => readFileSync(file(name), 'utf8');

interface Service {
  image?: string;
  user?: string;
  environment: Record<string, string | null>;
  ports?: string[];
  volumes: string[];
  profiles?: string[];
  deploy?: { replicas: number };
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: { postgres: Service; antics: Service; worker: Service };
  volumes: Record<string, unknown>;
};
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Instruction and argument of each line, with continuations joined; ARG and comments left out. */
const dockerfile = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter(Boolean)
  .map((line) => /^\s*(\w+)\s+(.*)$/.exec(line)!.slice(1) as [instruction: string, argument: string]);
const stages = dockerfile.reduce<[string, string][][]>((all, line) => {
  if (line[0] === 'FROM') all.push([]);
  all.at(-1)!.push(line);
  return all;
}, []);
const served = stages.at(-1)!;
const argumentsOf = (instruction: string, stage = served) => stage.filter(([i]) => i === instruction).map(([, a]) => a);

describe('docker-compose.yml', () => {
  const { postgres, antics } = compose.services;

  it('runs PostgreSQL 18 on a named volume at the path that version 18 wants', () => {
    expect(postgres.image).toBe('postgres:18');
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(Object.keys(compose.volumes)).toContain('postgres');
  });

  it('starts Antics once PostgreSQL says that it is ready', () => {
    expect(postgres.healthcheck?.test).toContain('pg_isready');
    expect(antics.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('publishes Antics on the loopback address, and PostgreSQL nowhere', () => {
    expect(antics.ports).toEqual(['127.0.0.1:8480:8480']);
    expect(postgres.ports).toBeUndefined();
  });

  it('holds no password: it has to be given, and both sides get the same', () => {
    const password = /\$\{ANTICS_DB_PASSWORD:\?[^}]+\}/;
    expect(postgres.environment.POSTGRES_PASSWORD).toMatch(password);
    const url = antics.environment.DATABASE_URL!;
    expect(url).toMatch(password);
    expect(new URL(url.replace(password, 'given'))).toMatchObject({
      username: postgres.environment.POSTGRES_USER,
      password: 'given',
      hostname: 'postgres',
      pathname: `/${postgres.environment.POSTGRES_DB}`,
    });
  });

  it('adds two workers by a profile, on the same database, without a port, once the first process has made the key', () => {
    const { worker } = compose.services;
    expect(antics.profiles).toBeUndefined();
    expect(worker.profiles).toEqual(['workers']);
    expect(worker.deploy).toEqual({ replicas: 2 });
    expect(antics.environment.ANTICS_ROLE).toBe('${ANTICS_ROLE:-all}');
    expect(worker.environment).toEqual({ ...antics.environment, ANTICS_ROLE: 'worker' });
    expect(worker.depends_on).toEqual({ antics: { condition: 'service_healthy' } });
    expect([worker.ports, worker.volumes, worker.user]).toEqual([undefined, undefined, undefined]);
    expect(worker.image).toBe(antics.image);
  });

  it('passes on every setting that a container can use', () => {
    const inImage = ['ANTICS_DATA_DIR', 'ANTICS_HOST', 'ANTICS_PORT', 'ANTICS_PG_USER'];
    // What is of a file needs a mount beside it, which is the operator's to add.
    const ofFiles = ['ANTICS_GEOIP_FILE', 'ANTICS_REFERRER_SPAM_FILE', 'ANTICS_LOG_PATH', 'ANTICS_LOG_BESIDE_TRACKER'];
    const names = CONFIG_TABLE.map(({ name }) => name).filter((name) => ![...inImage, ...ofFiles].includes(name));
    expect(Object.keys(antics.environment).sort()).toEqual(names.sort());
  });

  it('leaves the image its own, unprivileged user', () => {
    expect(antics.user).toBeUndefined();
    expect(antics.environment).not.toHaveProperty('ANTICS_HOST');
  });
});

describe('the Dockerfile', () => {
  it('builds on the same Debian and Node that it runs on', () => {
    const images = dockerfile.filter(([i]) => i === 'FROM').map(([, a]) => a.split(' ')[0]);
    expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
    expect(images.length).toBeGreaterThan(1);
  });

  it('runs only npm scripts that exist', () => {
    const run = dockerfile.flatMap(([, argument]) => [...argument.matchAll(/npm run (\S+)/g)].map((match) => match[1]!));
    expect(run).toContain('build');
    for (const name of run) expect(Object.keys(scripts)).toContain(name);
  });

  it('starts what `npm run start:prod` starts, without npm between it and SIGTERM', () => {
    const [command] = argumentsOf('CMD');
    expect((JSON.parse(command!) as string[]).join(' ')).toBe(scripts['start:prod']!.replace(/^exec /, ''));
  });

  it('serves as an unprivileged user, on all of the container’s interfaces', () => {
    expect(argumentsOf('USER')).toEqual(['node']);
    const after = served.slice(served.findIndex(([i]) => i === 'USER')).map(([i]) => i);
    expect(after).not.toContain('RUN');
    expect(argumentsOf('ENV').join(' ')).toContain('ANTICS_HOST=0.0.0.0');
    expect(argumentsOf('ENV').join(' ')).toContain('NODE_ENV=production');
  });

  it('asks /api/health whether it is well', () => {
    expect(argumentsOf('HEALTHCHECK').join()).toContain('/api/health`');
  });

  it('carries neither compiler nor embedded PostgreSQL', () => {
    const installs = stages.flatMap((stage) => argumentsOf('RUN', stage)).filter((run) => run.startsWith('npm ci'));
    expect(installs.at(-1)).toBe('npm ci --omit=dev --omit=optional');
    expect(argumentsOf('COPY')[0]).toBe('--from=packages /app/node_modules node_modules');
  });

  it('copies only what .dockerignore lets through', () => {
    const [everything, ...lines] = read('.dockerignore').trim().split('\n').slice(1);
    expect(everything).toBe('*');
    const letThrough = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = dockerfile
      .filter(([i, argument]) => i === 'COPY' && !argument.startsWith('--from'))
      .flatMap(([, argument]) => argument.split(' ').slice(0, -1))
      .filter((source) => source !== '.');
    for (const source of copied) expect(letThrough).toContain(source);
    for (const source of letThrough) expect([source, existsSync(file(source))]).toEqual([source, true]);
  });
});
