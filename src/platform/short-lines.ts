import type { DestinationStream } from 'pino';

const COLOURS: Record<string, string> = {
  trace: '\x1b[90m',
  debug: '\x1b[90m',
  info: '',
  warn: '\x1b[33m',
  error: '\x1b[31m',
  fatal: '\x1b[31m',
};
const PLAIN = '\x1b[0m';

/** Turns pino's JSON lines into `12:04:31 warn  what happened  name=value`, for a terminal. */
export function shortLines(out: { write(text: string): unknown }): DestinationStream {
  return { write: (line) => void out.write(`${shorten(line)}\n`) };
}

function shorten(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return printable(line.trimEnd()); // somebody else's line, shown as it is
  }
  const { level, time, msg, err, req, context, ...rest } = record;
  const colour = COLOURS[String(level)] ?? '';
  const head = `${String(time).slice(11, 19)} ${colour}${String(level).padEnd(5)}${colour && PLAIN} ${text(msg ?? '')}`;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${text(value)}`);
  const failure = err as { message?: unknown; stack?: unknown } | undefined;
  if (failure?.message !== undefined && failure.message !== msg) details.unshift(text(failure.message));
  return [head, ...details].join('  ');
}

function text(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** What came with a request must not steer the operator's terminal. */
function printable(raw: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is replaced
  return raw.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}
