-- Hits read from access logs: how far each file was read, and on which days a site's pages count themselves.

-- Days on which hits of a site came in by its pages or its server. What its access log says of them is left out, so
-- that no page is counted twice. Entered with the first such hit of the day.
create table tracked_days (
  site_id integer not null,
  day     date    not null,
  primary key (site_id, day)
);
comment on table tracked_days is 'Local days on which a site was counted by hits that were sent, and not read from a log.';

insert into tracked_days (site_id, day)
select site_id, day from salts
union
select (x ->> 'site_id')::integer, (x ->> 'day')::date
from log_events e cross join lateral jsonb_array_elements(e.data -> 'salts') x
where e.type = 'SaltsDestroyed' and exists (select from sites s where s.site_id = (x ->> 'site_id')::integer);

-- One row a file that was begun. It is known again by what is in it, wherever it is moved and however it is packed.
create table log_files (
  file_id    integer     generated always as identity primary key,
  first_line bytea       not null,
  head       bytea       not null,
  head_bytes integer     not null,
  position   bigint      not null default 0,
  tail       bytea       not null,
  lines      bigint      not null default 0,
  hits       bigint      not null default 0,
  left_out   bigint      not null default 0,
  excluded   bigint      not null default 0,
  rules      smallint    not null,
  path       text        not null,
  site_id    integer,
  read_at    timestamptz not null default now()
);
create index log_files_first_line on log_files (first_line);
comment on table  log_files            is 'Access logs that were read, and how far: moved in the transaction that appends the hits.';
comment on column log_files.first_line is 'Of the first line, 16 bytes of its SHA-256.';
comment on column log_files.head       is 'The same of the first head_bytes.';
comment on column log_files.position   is 'Bytes, unpacked, of which every line was read.';
comment on column log_files.tail       is 'The same of the 4,096 bytes before the position, or of all that there are.';
comment on column log_files.left_out   is 'Page views of hosts that were no site, and of days on which their site counted itself.';
comment on column log_files.excluded   is 'Page views that were counted as excluded, and not logged.';
comment on column log_files.rules      is 'Version of the rules that told pages from other lines.';
comment on column log_files.path       is 'Where it was last found.';
comment on column log_files.site_id    is 'Null: its lines go to sites by their host.';

/*
 * The salt of a site's local day, drawn at the first call; the day is one that is counted by hits that were sent. That
 * is noted here, as every process asks this once for each site and day, those of the version before too.
 */
create or replace function salt_for(p_site_id integer, p_day date, p_salt bytea, p_expires_at timestamptz)
returns bytea language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_salt bytea;
begin
  insert into tracked_days values (p_site_id, p_day) on conflict do nothing;
  insert into salts values (p_site_id, p_day, p_salt, p_expires_at) on conflict do nothing;
  select s.salt into v_salt from salts s where s.site_id = p_site_id and s.day = p_day;
  return v_salt;
end $$;

/*
 * The same for lines of an access log. Of a day whose salt lives it is that one; of an older day one is drawn that
 * lives as long after its last use. One that should be gone already is not revived: another takes its place.
 */
create function salt_for_log_file(p_site_id integer, p_day date, p_salt bytea, p_expires_at timestamptz)
returns bytea language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_salt bytea;
begin
  insert into salts as s values (p_site_id, p_day, p_salt, p_expires_at)
  on conflict (site_id, day) do update
  set salt = case when s.expires_at <= clock_timestamp() then excluded.salt else s.salt end,
    expires_at = greatest(s.expires_at, excluded.expires_at)
  returning s.salt into v_salt;
  return v_salt;
end $$;

revoke execute on function salt_for_log_file(integer, date, bytea, timestamptz) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on tracked_days to antics_writer;
    grant select, insert, update on log_files to antics_writer;
    grant execute on function salt_for_log_file(integer, date, bytea, timestamptz) to antics_writer;
  end if;
end $$;
