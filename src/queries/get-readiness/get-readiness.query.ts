import { Query } from '@nestjs/cqrs';
import type { Readiness } from './get-readiness.ts';

export type { Readiness } from './get-readiness.ts';

/** Whether the database and the serving projections are there. Answers within about two seconds, and never throws. */
export class GetReadiness extends Query<Readiness> {}
