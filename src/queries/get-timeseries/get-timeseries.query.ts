import { Query } from '@nestjs/cqrs';
import type { Interval, TimeseriesAnswer } from './get-timeseries.ts';

export type { Interval, TimeseriesAnswer, TimeseriesPoint } from './get-timeseries.ts';

/** A site's visitors, visits and page views of every day or hour of a period. */
export class GetTimeseries extends Query<TimeseriesAnswer> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly interval: Interval,
  ) {
    super();
  }
}
