/** What the bench uses of autocannon, which brings no types. */
declare module 'autocannon' {
  export interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  }
  export interface Client {
    setRequests(requests: Request[]): void;
  }
  export interface Options {
    url: string;
    connections: number;
    /** Seconds. Not with `amount`. */
    duration?: number;
    /** Seconds to wait for an answer. */
    timeout?: number;
    /** Ends when so many were answered. */
    amount?: number;
    setupClient?: (client: Client) => void;
  }
  export interface Result {
    '2xx': number;
    non2xx: number;
    errors: number;
    timeouts: number;
    requests: { sent: number };
  }
  export interface Run extends PromiseLike<Result> {
    /** `ms`: since the request was written. */
    on(event: 'response', listener: (client: Client, status: number, bytes: number, ms: number) => void): void;
  }
  export default function autocannon(options: Options): Run;
}
