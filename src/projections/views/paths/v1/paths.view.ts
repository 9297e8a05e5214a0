import { sql } from 'kysely';
import { isFirst } from '../../../facts/visit-delta.ts';
import type { View } from '../../view.ts';
import { createPathsTables } from './paths.tables.ts';

/** Page sequences of visits a site and local day, repeats collapsed, up to five pages. */
export const paths: View = {
  name: 'paths',
  version: 1,
  tables: ['paths_day'],
  create: createPathsTables,
  async fold(run, names, { fresh }) {
    await run(sql`insert into ${names('paths_day')} as z (site_id, day, sequence, visitors, visits, steps)
      select site_id, day, sequence, sum(sign * ${isFirst('sequence')}), sum(sign), min(steps)
      from visit_delta where sequence is not null
      group by 1, 2, 3 having sum(sign) <> 0 or sum(sign * ${isFirst('sequence')}) <> 0
      order by 1, 2, 3
      ${fresh?.day === true ? sql`` : sql`on conflict (site_id, day, sequence) do update set
        visitors = z.visitors + excluded.visitors, visits = z.visits + excluded.visits`}`);
    if (fresh !== undefined) return;
    await run(sql`delete from ${names('paths_day')} z using (
        select y.row_id from visit_delta d cross join lateral (
          select z.ctid as row_id from ${names('paths_day')} z
          where z.site_id = d.site_id and z.day = d.day and z.sequence = d.sequence
            and z.visits = 0 and z.visitors = 0 offset 0) y
        where d.sign < 0) x
      where z.ctid = x.row_id`);
  },
};
