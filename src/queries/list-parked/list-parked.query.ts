import { Query } from '@nestjs/cqrs';
import type { ParkedHit } from '../../projections/operate/parked.read.ts';

export type { ParkedHit } from '../../projections/operate/parked.read.ts';

/** The hits that could not be folded, in the order of the log. */
export class ListParked extends Query<readonly ParkedHit[]> {}
