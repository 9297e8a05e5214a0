import { Command } from '@nestjs/cqrs';
import type { AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';

/**
 * Appends a batch of hits. Answers after COMMIT. The same batch id again answers what the first did, whether or not
 * the first's answer arrived.
 */
export class RecordHits extends Command<AppendedHits> {
  readonly batchId: string;
  readonly hits: readonly NewHit[];

  constructor(batchId: string, hits: readonly NewHit[]) {
    super();
    this.batchId = batchId;
    this.hits = hits;
  }
}
