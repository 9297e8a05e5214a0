import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AcceptBatch, type BatchAnswer } from './accept-batch.command.ts';

/** Provider of a `BatchDoor`. */
export const BATCH_DOOR = Symbol('BATCH_DOOR');

/** The intake's door for batches, which knows sites, salts and user agents already. */
export type BatchDoor = (batch: AcceptBatch) => Promise<BatchAnswer>;

@CommandHandler(AcceptBatch)
export class AcceptBatchHandler implements ICommandHandler<AcceptBatch> {
  constructor(@Inject(BATCH_DOOR) private readonly accept: BatchDoor) {}

  execute(batch: AcceptBatch): Promise<BatchAnswer> {
    return this.accept(batch);
  }
}
