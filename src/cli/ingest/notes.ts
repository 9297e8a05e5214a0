import type { LogFormat } from '../../domain/access-log/access-line.ts';
import type { ReadProgress } from '../../commands/record-hits/log-lines/read-log.ts';
import { messageOf } from '../../platform/errors.ts';
import { printable } from '../format.ts';
import type { IngestProgress } from './progress.ts';

/** What is told while a file is read, and what is kept of it for the end. */
export interface Notes {
  readonly onProgress: (progress: ReadProgress) => void;
  readonly onFormat: (format: LogFormat) => void;
  readonly onMalformed: (line: number, text: string) => void;
  readonly onUnknownHost: (host: string) => void;
  readonly onRetry: (e: unknown) => void;
  detected: string | null;
  /** How many page views of each. */
  readonly hosts: Map<string, number>;
}

/** Malformed lines that are shown; more would hide what matters. */
const SHOWN = 3;
const SHOWN_LENGTH = 160;
/** Hosts that are told apart: senders choose them. */
const HOSTS = 1_000;

export function noteTaker(path: string, progress: IngestProgress): Notes {
  let malformed = 0;
  const notes: Notes = {
    detected: null,
    hosts: new Map(),
    onProgress: progress.update,
    onFormat({ name }) {
      if (notes.detected === null) progress.say(`${path}: ${name}`);
      notes.detected = name;
    },
    onMalformed(line, text) {
      malformed += 1;
      if (malformed <= SHOWN) progress.say(`${path}:${line}: not read: ${printable(text.slice(0, SHOWN_LENGTH))}`);
    },
    onUnknownHost(host) {
      const count = notes.hosts.get(host);
      if (count !== undefined || notes.hosts.size < HOSTS) notes.hosts.set(host, (count ?? 0) + 1);
    },
    onRetry: (e) => progress.say(`tried again: ${messageOf(e)}`),
  };
  return notes;
}
