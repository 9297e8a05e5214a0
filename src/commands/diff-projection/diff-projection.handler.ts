import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import { diffProjection } from '../../projections/operate/diff.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { projectionNamed } from '../../projections/operate/projection-names.ts';
import { diffReport } from '../../projections/operate/reports.ts';
import { answerOnce } from '../answer-once.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { OPERATOR, siteNumber } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { DiffProjection, type DiffReport } from './diff-projection.command.ts';

@CommandHandler(DiffProjection)
export class DiffProjectionHandler implements ICommandHandler<DiffProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  async execute({ name: asked, site, context }: DiffProjection): Promise<DiffReport> {
    const name = projectionNamed(this.operator.catalog, asked);
    const siteId = await siteNumber(this.writer, site);
    const what = { name, ...(siteId === undefined ? {} : { siteId }) };
    return answerOnce(this.writer, context, () =>
      oneAtATime(this.operator.database, async () => diffReport(await diffProjection(this.operator, what))),
    );
  }
}
