import type { Metric } from '../../queries/get-stats/get-stats.query.ts';
import type { Interval } from '../../queries/get-timeseries/get-timeseries.query.ts';
import { CursorParameter, IntervalParameter, LimitParameter, MetricParameter, PeriodParameter } from './parameter-rules.ts';

// As they stand in the query string: texts, or missing.

export class PeriodParameters {
  @PeriodParameter()
  period: string = '30d';
}

export class TimeseriesParameters extends PeriodParameters {
  @IntervalParameter()
  interval: Interval = 'day';
}

export class ListParameters extends PeriodParameters {
  @LimitParameter()
  limit: string = '10';
}

export class StatsParameters extends ListParameters {
  @MetricParameter({ default: 'pathname', description: 'What the breakdown is by.' })
  metric: Metric = 'pathname';

  @CursorParameter()
  cursor?: string;
}
