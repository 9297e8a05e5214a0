import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NotAllowed, NotSignedIn } from '../../platform/errors.ts';
import { hasScope } from '../access/identity.ts';
import type { Keyring } from '../access/keyring.ts';
import { rawValues } from '../access/raw-headers.ts';
import type { RequestLimits } from '../rate-limit/request-limits.ts';

export const EVENTS_PATH = '/api/events';
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** What is read of anybody before they are asked who they are, on this route as on all others. */
const SMALL_BYTES = 256 * 1024;

/**
 * Lets a batch be larger than what else is sent. A body is read before Nest asks who sends it; one of this size is read
 * of those alone who show a good key. To be called before the application's routes are made.
 */
export function takeLargeBatches(fastify: FastifyInstance, keys: Pick<Keyring, 'identify'>, limits: RequestLimits): void {
  const checkLarge = async (request: FastifyRequest): Promise<void> => {
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    if (length <= SMALL_BYTES) return;
    const shown = rawValues(request, 'authorization');
    const client = limits.clientOf(request.raw.headers, request.raw.socket.remoteAddress ?? '');
    limits.check('wrong_key', client);
    try {
      const [first] = shown;
      if (first === undefined) throw new NotSignedIn('A body of more than 256 KiB needs an API key.');
      const identity = await keys.identify(shown.length === 1 ? first : shown);
      if (!hasScope(identity, 'events:write')) throw new NotAllowed('This needs an API key with the scope events:write.');
    } catch (e) {
      if (e instanceof NotSignedIn) limits.charge('wrong_key', client);
      throw e;
    }
  };
  fastify.addHook('onRoute', (route) => {
    if (route.url !== EVENTS_PATH || route.method !== 'POST') return;
    route.bodyLimit = MAX_BATCH_BYTES;
    route.onRequest = [checkLarge, ...[route.onRequest ?? []].flat()];
  });
}
