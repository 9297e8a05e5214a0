import type { Metric } from '../../queries/get-stats/get-stats.query.ts';
import { MetricParameter } from '../stats/parameter-rules.ts';
import { PeriodParameters } from '../stats/stats.parameters.ts';

export class ExportParameters extends PeriodParameters {
  @MetricParameter({ description: 'A row for every value of it. Without it: a row a day.' })
  metric?: Metric;
}
