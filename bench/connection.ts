import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** From the request to the last byte of the answer. */
  readonly ms: number;
}

/** One connection that is kept open, for one request after the other. */
export interface Connection {
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  post(url: string, body: string, headers: Record<string, string>): Promise<Answer>;
  close(): void;
}

export function openConnection(): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (method: string, url: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const sent = request(url, { agent, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - started });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    get: (url, headers = {}) => send('GET', url, headers),
    post: (url, body, headers) => send('POST', url, headers, body),
    close: () => agent.destroy(),
  };
}
