import type { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { Readiness } from '../../queries/get-readiness/get-readiness.query.ts';
import { HealthController } from './health.controller.ts';

const FINE: Readiness = { status: 'ok', database: 'ok', projections: 'ok', lag_seconds: 0, parked: 0 };

function given(answer: Promise<Readiness>) {
  const codes: number[] = [];
  const reply = { status: (code: number) => void codes.push(code) } as unknown as FastifyReply;
  const controller = new HealthController({ execute: () => answer } as unknown as QueryBus);
  return { controller, codes, ready: () => controller.ready(reply) };
}

describe('readiness', () => {
  it('is there while the server runs', async () => {
    const { ready, codes } = given(Promise.resolve(FINE));
    expect(await ready()).toEqual(FINE);
    expect(codes).toEqual([]);
  });

  it('is gone once the server stops, also for who asked just before', async () => {
    const asked = Promise.withResolvers<Readiness>();
    const { controller, ready, codes } = given(asked.promise);
    const answer = ready();
    controller.onModuleDestroy();
    asked.resolve(FINE);
    expect(await answer).toEqual({ ...FINE, status: 'unavailable' });
    expect(codes).toEqual([503]);
  });
});
