import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext, Idempotency } from '../../commands/command-context.ts';
import { InvalidInput } from '../../platform/errors.ts';
import { askerOf } from './access.ts';

/** Who decides, and under which `If-Match` and `Idempotency-Key`: what a command is told beside its body. */
export const Context = createParamDecorator((_: unknown, context: ExecutionContext): CommandContext => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const ifMatch = readIfMatch(request.headers['if-match']);
  const idempotency = readIdempotency(request);
  return {
    actor: askerOf(request).actor,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(idempotency !== undefined && { idempotency }),
  };
});

/**
 * RFC 9110: `*`, or entity tags, here versions in quotes. What is no version of ours, a weak tag too, matches none.
 */
export function readIfMatch(header: string | undefined): readonly number[] | 'any' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').flatMap((tag) => {
    const [, version] = /^\s*"([1-9]\d{0,8})"\s*$/.exec(tag) ?? [];
    return version === undefined ? [] : [Number(version)];
  });
}

const KEY = /^[\x21-\x7e]{1,255}$/;

function readIdempotency(request: FastifyRequest): Idempotency | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const detail = 'must be 1 to 255 visible ASCII characters';
    throw new InvalidInput(`Idempotency-Key ${detail}.`, [{ pointer: 'Idempotency-Key', detail }]);
  }
  const [path] = request.url.split('?', 1);
  const text = [request.method, path, JSON.stringify(sorted(request.body))].join('\n');
  return { key, fingerprint: createHash('sha256').update(text).digest() };
}

/** JSON with its keys in order: a client may write the same body in another one. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner)]);
}
