import { Query } from '@nestjs/cqrs';
import type { ListedProjection } from '../../projections/operate/list.read.ts';

export type { ListedProjection } from '../../projections/operate/list.read.ts';

/** Every generation of facts and views, whatever its state, each with the rebuild that makes it. */
export class ListProjections extends Query<readonly ListedProjection[]> {}
