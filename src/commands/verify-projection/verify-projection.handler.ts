import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isCalendarDay } from '../../domain/calendar.ts';
import type { Db } from '../../platform/database.ts';
import { InvalidInput, type FieldError } from '../../platform/errors.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { projectionNamed } from '../../projections/operate/projection-names.ts';
import { verifyProjection, type VerifyReport } from '../../projections/operate/verify.ts';
import { answerOnce } from '../answer-once.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { OPERATOR, siteNumber } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { VerifyProjection, type VerifyWhat } from './verify-projection.command.ts';

@CommandHandler(VerifyProjection)
export class VerifyProjectionHandler implements ICommandHandler<VerifyProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  async execute({ name: asked, what, context }: VerifyProjection): Promise<VerifyReport> {
    const { database, catalog } = this.operator;
    const name = projectionNamed(catalog, asked);
    const days = readDays(what);
    const siteId = await siteNumber(this.writer, what.site_id);
    return answerOnce(this.writer, context, () =>
      oneAtATime(database, () => database.db.connection().execute((db) => verifyProjection(db, { name, siteId, ...days }))),
    );
  }
}

function readDays({ from, to }: VerifyWhat): { from?: string; to?: string } {
  const errors: FieldError[] = [];
  const read = (field: 'from' | 'to', value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && isCalendarDay(value)) return value;
    errors.push({ pointer: `/${field}`, detail: 'must be a day such as 2026-11-01' });
    return undefined;
  };
  const days = { from: read('from', from), to: read('to', to) };
  if (days.from !== undefined && days.to !== undefined && days.from > days.to) {
    errors.push({ pointer: '/to', detail: 'must not be before from' });
  }
  if (errors.length > 0) {
    throw new InvalidInput(`${errors.map((e) => `${e.pointer.slice(1)} ${e.detail}`).join('; ')}.`, errors);
  }
  return { ...(days.from && { from: days.from }), ...(days.to && { to: days.to }) };
}
