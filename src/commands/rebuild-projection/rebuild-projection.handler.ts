import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import type { ListedRebuild } from '../../projections/operate/list.read.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { projectionNamed } from '../../projections/operate/projection-names.ts';
import { askForRebuild } from '../../projections/operate/rebuild.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR, siteNumber } from '../operator.ts';
import { ENQUEUE_REBUILDS, type EnqueueRebuilds } from '../rebuild-queue.ts';
import { WRITER } from '../writer.ts';
import { RebuildProjection } from './rebuild-projection.command.ts';

@CommandHandler(RebuildProjection)
export class RebuildProjectionHandler implements ICommandHandler<RebuildProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
    @Inject(ENQUEUE_REBUILDS) private readonly enqueueRebuilds: EnqueueRebuilds,
  ) {}

  async execute({ name: asked, site, context }: RebuildProjection): Promise<ListedRebuild> {
    const { catalog } = this.operator;
    const name = projectionNamed(catalog, asked);
    const siteId = await siteNumber(this.writer, site);
    const { actor } = context;
    return answerOnce(this.writer, context, () =>
      this.writer.transaction().execute(async (tx) => {
        const rebuild = await askForRebuild(tx, catalog, { name, siteId, actor });
        await this.enqueueRebuilds(tx);
        return rebuild;
      }),
    );
  }
}
