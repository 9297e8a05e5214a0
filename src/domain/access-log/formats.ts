import type { FormatName, LogFormat } from './access-line.ts';
import { CADDY } from './caddy.ts';
import { COMBINED_FORMAT, COMMON_FORMAT, VHOST_COMBINED_FORMAT } from './combined.ts';

/** In the order in which they are tried: a line of one may look like one of a later, simpler one. */
const FORMATS: readonly LogFormat[] = [CADDY, VHOST_COMBINED_FORMAT, COMBINED_FORMAT, COMMON_FORMAT];

export function formatNamed(name: FormatName): LogFormat {
  const format = FORMATS.find((candidate) => candidate.name === name);
  if (format === undefined) throw new RangeError(`no format ${name}`);
  return format;
}

/** The format that more than half of the lines are in; null where there is none. Empty lines do not count. */
export function detectFormat(lines: readonly string[]): LogFormat | null {
  const some = lines.filter((line) => line.trim() !== '');
  return FORMATS.find((format) => some.filter((line) => format.read(line) !== null).length * 2 > some.length) ?? null;
}
