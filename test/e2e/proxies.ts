import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './built.ts';
import { until } from './harness.ts';

const examples = resolve(import.meta.dirname, '../../docs/examples');

export type ProxyName = 'nginx' | 'caddy';

export function isInstalled(name: ProxyName): boolean {
  return spawnSync(name, [name === 'nginx' ? '-v' : 'version']).status === 0;
}

/** Stands in for Authelia: who has the cookie of a name is signed in by it. */
const PEOPLE: Readonly<Record<string, string>> = { ann: 'admins,marketing', bea: 'marketing' };

export async function startAuthelia(): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((asked, answer) => {
    const [, name = ''] = /authelia_session=(\w+)/.exec(asked.headers.cookie ?? '') ?? [];
    const groups = PEOPLE[name];
    if (groups !== undefined) answer.writeHead(200, { 'remote-user': name, 'remote-groups': groups });
    else if (asked.url === '/api/authz/auth-request') answer.writeHead(401);
    else if (asked.url === '/api/authz/forward-auth') answer.writeHead(302, { location: 'https://auth.example.com/' });
    else answer.writeHead(500);
    answer.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => void server.close(() => done()));
}

export interface Proxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** The documented configuration, without TLS, on a free port, with everything that it writes in a folder of its own. */
export async function startProxy(name: ProxyName, anticsPort: string, autheliaPort: number): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), `antics-${name}-`));
  const port = await freePort();
  const file = name === 'nginx' ? 'nginx.conf' : 'Caddyfile';
  const example = (await readFile(join(examples, file), 'utf8'))
    .replaceAll('127.0.0.1:8480', `127.0.0.1:${anticsPort}`)
    .replaceAll('127.0.0.1:9091', `127.0.0.1:${autheliaPort}`);
  const config = join(folder, file);
  await writeFile(config, name === 'nginx' ? nginxConfig(example, port, folder) : caddyConfig(example, port));
  const args =
    name === 'nginx'
      ? ['-p', folder, '-c', config, '-e', join(folder, 'error.log')]
      : ['run', '--adapter', 'caddyfile', '--config', config];
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(name, args, { env, stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(20_000, async () => ((await isListening(port)) ? true : undefined));
  } catch (e) {
    await stop();
    throw e;
  }
  return { port, stop };
}

function nginxConfig(example: string, port: number, folder: string): string {
  const server = example
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^.*(?:listen \[::\]|ssl_certificate).*\n/gm, '');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`);
  return `daemon off; master_process off; pid ${folder}/nginx.pid;
events {}
http { access_log off; ${paths.join(' ')}
${server}
}`;
}

function caddyConfig(example: string, port: number): string {
  const site = example.replace('analytics.example.com {', `http://:${port} {\n\tbind 127.0.0.1`);
  return `{\n\tadmin off\n\tauto_https off\n}\n${site}`;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => done((socket.destroy(), true)))
      .once('error', () => done(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}

export interface Got {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** A request from an address of this machine: 127.0.0.2 is a visitor, 127.0.0.3 another one. */
export function askFrom(
  localAddress: string,
  port: number,
  o: { path: string; method?: string; headers?: Record<string, string>; body?: string },
): Promise<Got> {
  const { path, method = 'GET', headers = {}, body } = o;
  return new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, localAddress, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => done({ status: answer.statusCode ?? 0, location: answer.headers.location, text }));
    });
    asked.on('error', fail).end(body);
  });
}
