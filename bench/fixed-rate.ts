import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { percentile } from './figures.ts';
import type { Load, LoadResult } from './load.ts';
import { loadHits } from './traffic.ts';

const LAST_ANSWERS_MS = 10_000;

/**
 * Sends each hit when its time has come, whether or not the ones before it were answered, and measures from that time
 * on: a server that stalls is charged for all who wait. (autocannon's own rate sends each second's hits in one burst.)
 */
export async function fixedRate(o: Load & { kind: 'fixed' }): Promise<LoadResult> {
  const url = new URL(o.url);
  const hits = loadHits(o.seed);
  const total = Math.round(o.rate * o.seconds);
  const waiting: number[] = []; // when they were due
  const latencies: number[] = [];
  let acknowledged = 0;
  let failed = 0;
  let sent = 0;

  const idle: Wire[] = [];
  const send = (wire: Wire, due: number): void => {
    sent++;
    const { headers, body } = hits.next().value;
    wire.send(requestText(url, headers, body), (status) => {
      latencies.push(performance.now() - due);
      if (status >= 200 && status < 300) acknowledged++;
      else failed++;
      const next = waiting.shift();
      if (next === undefined) idle.push(wire);
      else send(wire, next);
    });
  };

  const wires = await Promise.all(Array.from({ length: o.connections }, () => openWire(url)));
  idle.push(...wires);
  const started = performance.now();
  for (let scheduled = 0; scheduled < total; ) {
    const now = performance.now();
    while (scheduled < total && started + (scheduled / o.rate) * 1000 <= now) {
      const due = started + (scheduled / o.rate) * 1000;
      const wire = idle.shift();
      if (wire === undefined) waiting.push(due);
      else send(wire, due);
      scheduled++;
    }
    await sleep(1);
  }
  const giveUp = performance.now() + LAST_ANSWERS_MS;
  while (latencies.length < total && performance.now() < giveUp) await sleep(5);
  const seconds = (performance.now() - started) / 1000;
  for (const wire of wires) wire.close();
  failed += total - latencies.length;
  const rate = acknowledged / seconds;
  return { acknowledged, sent, failed, rate, p50: percentile(latencies, 50), p99: percentile(latencies, 99) };
}

function requestText({ host }: URL, headers: Record<string, string>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  return `POST /api/event HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`;
}

interface Wire {
  send(request: string, onAnswer: (status: number) => void): void;
  close(): void;
}

/** A connection with one request on its way. Written by hand, as Node's own client would take half a core at this. */
async function openWire(url: URL): Promise<Wire> {
  const socket: Socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let text = '';
  let answered: ((status: number) => void) | undefined;
  socket.setEncoding('latin1');
  socket.on('error', () => undefined); // whoever is not answered has failed, and is counted so
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const status = Number(text.slice(9, 12));
    text = '';
    answered?.(status);
  });
  return {
    send(request, onAnswer) {
      answered = onAnswer;
      socket.write(request);
    },
    close: () => socket.destroy(),
  };
}
