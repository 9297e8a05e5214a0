import { addDays } from '../domain/calendar.ts';

/** Every day of a period, in order. */
export function* daysOf(period: { readonly from: string; readonly to: string }): Generator<string> {
  for (let day = period.from; day <= period.to; day = addDays(day, 1)) yield day;
}
