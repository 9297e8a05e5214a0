import type { FastifyRequest } from 'fastify';

/**
 * A header as often as it came. Node's own object keeps the first of some and joins others, so that what a proxy in
 * front believed may be another one. Values are Latin-1 text of the bytes, without blanks around them.
 * @param name lower-case
 */
export function rawValues({ raw: { rawHeaders } }: Pick<FastifyRequest, 'raw'>, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
