import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HostServer {
  readonly port: number;
  /** Answers what is asked of a host, such as `a.test:8080`; another host's is 421. */
  serve(host: string, answer: Answer): void;
  close(): Promise<void>;
}

/** One port of this machine for any number of hosts, as a web server with virtual hosts. */
export async function startHostServer(): Promise<HostServer> {
  const hosts = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const answer = hosts.get(request.headers.host ?? '');
    if (!answer) return void response.writeHead(421).end();
    void Promise.resolve(answer(request, response)).catch((e: unknown) => response.destroy(e as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    serve: (host, answer) => void hosts.set(host, answer),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
