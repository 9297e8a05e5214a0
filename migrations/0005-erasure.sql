-- Erasure of a deleted site. Its hits are blanked and not deleted: positions have no holes, and folds pass over site 0.
-- What changes the log runs as antics_eraser, the one role that the triggers of the log let through. Where that role
-- is not there, the functions stay with the owner, who alone may switch a trigger, and does so for one statement.

-- One row for each deleted site whose data is not gone yet.
create table erasures (
  site_id    integer not null primary key,
  id         uuid    not null,
  position   bigint  not null,
  upto       bigint  not null default 0,
  hits       bigint  not null default 0,
  scanned    bigint  not null default 0,
  rest_until timestamptz
);
comment on table  erasures            is 'Deleted sites that are being erased, and how far that is.';
comment on column erasures.position   is 'Of the SiteDeleted: no hit of the site comes after it.';
comment on column erasures.upto       is 'Hits up to here are blank.';
comment on column erasures.hits       is 'How many were blanked.';
comment on column erasures.scanned    is 'Up to here the log was searched for other hits of the site''s user agents.';
comment on column erasures.rest_until is 'From then on no process remembers what was retired. Null: nothing was retired yet.';

-- User agents of the site's hits, fewer as others are found to have them too.
create table erasure_agents (
  site_id  integer not null,
  agent_id integer not null,
  primary key (site_id, agent_id)
);

create index log_events_deletions on log_events (position) where type in ('SiteDeleted', 'SiteErased');

-- A retired user agent has its hits, and gets no more: whoever asks is given a new id.
alter table agents add column retired_at timestamptz;
alter table agents drop constraint agents_user_agent_key;
create unique index agents_user_agent on agents (user_agent) where retired_at is null;

/* Ids of user agents; new ones are entered while the day has room (p_limit), the others get 0. */
create or replace function agent_ids(p_user_agents text[], p_limit integer)
returns table (user_agent text, agent_id integer)
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
#variable_conflict use_column
declare v_room integer;
begin
  v_room := p_limit - (select count(*) from agents where first_seen = (now() at time zone 'utc')::date);
  if v_room > 0 then
    insert into agents (user_agent)
    select u from (select distinct u from unnest(p_user_agents) u
      where not exists (select from agents a where a.user_agent = u collate "C" and a.retired_at is null)
      order by u limit v_room) x
    on conflict do nothing;
  end if;
  return query
    select u, coalesce(a.agent_id, 0) from unnest(p_user_agents) u
      left join agents a on a.user_agent = u collate "C" and a.retired_at is null;
end $$;

/* The erasure of a site, which must be on record: nobody erases what was not deleted. */
create function require_erasure(p_site_id integer) returns erasures
language plpgsql stable set search_path = antics, pg_temp as $$
declare v_erasure erasures;
begin
  select e.* into v_erasure from erasures e join log_events d on d.position = e.position
  where e.site_id = p_site_id and p_site_id > 0
    and d.type = 'SiteDeleted' and (d.data ->> 'site_id')::integer = p_site_id;
  if not found then
    raise exception 'site % was not deleted: nothing of it is erased', p_site_id using errcode = 'AN004';
  end if;
  return v_erasure;
end $$;

/* Switches the trigger of a table off or on again, where the role that it lets through is not there. */
create function switch_append_only(p_table text, p_on boolean) returns void
language plpgsql volatile set search_path = antics, pg_temp as $$
begin
  if current_user = 'antics_eraser' then return; end if;
  execute format('alter table antics.%I %s trigger append_only', p_table,
    case when p_on then 'enable always' else 'disable' end);
end $$;

/* Blanks the hits of a deleted site after p_after, up to and with p_upto, and notes their user agents. */
create function erase_hits(p_site_id integer, p_after bigint, p_upto bigint) returns bigint
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare
  c_size  constant bigint := 10000000;
  v_hits  bigint := 0;
  v_count bigint;
  v_part  text;
begin
  perform require_erasure(p_site_id);
  insert into erasure_agents (site_id, agent_id)
  select distinct p_site_id, agent_id from log_hits
  where position > p_after and position <= p_upto and site_id = p_site_id and agent_id <> 0
  on conflict do nothing;
  -- By partition, so that only what is changed is locked where a trigger has to be switched.
  for v_part in select format('log_hits_%s', lpad(n::text, 5, '0'))
    from generate_series((p_after + 1) / c_size, p_upto / c_size) n
  loop
    continue when to_regclass('antics.' || v_part) is null;
    continue when not exists (select from log_hits where position > p_after and position <= p_upto
      and site_id = p_site_id and tableoid = ('antics.' || v_part)::regclass);
    perform switch_append_only(v_part, false);
    update log_hits set site_id = 0, visitor = 0, agent_id = 0, occurred_at = 'epoch', day = 'epoch', hour = 0,
      hostname = '', pathname = '', width = null, duration_ms = null, scroll = null, verdict = null, country = null,
      query = null, click_id = null, referrer = null, name = null, props = null, vitals = null
    where position > p_after and position <= p_upto and site_id = p_site_id
      and tableoid = ('antics.' || v_part)::regclass;
    get diagnostics v_count = row_count;
    perform switch_append_only(v_part, true);
    v_hits := v_hits + v_count;
  end loop;
  return v_hits;
end $$;

/* Blanks e-mail addresses and lists of addresses in the events about a deleted site and its alerts. */
create function erase_private(p_site_id integer) returns void
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_erasure erasures;
begin
  v_erasure := require_erasure(p_site_id);
  perform switch_append_only('log_events', false);
  update log_events set private = null
  where private is not null and (site = v_erasure.id or data ->> 'site' = v_erasure.id::text);
  perform switch_append_only('log_events', true);
end $$;

/* Retires the user agents that are left of a deleted site. */
create function retire_agents(p_site_id integer) returns integer
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_count integer;
begin
  perform require_erasure(p_site_id);
  perform switch_append_only('agents', false);
  update agents set retired_at = clock_timestamp()
  where retired_at is null and agent_id in (select x.agent_id from erasure_agents x where x.site_id = p_site_id);
  get diagnostics v_count = row_count;
  perform switch_append_only('agents', true);
  return v_count;
end $$;

/*
 * Blanks the retired user agents of a deleted site that no hit refers to. The caller has searched the log up to
 * "scanned"; the rest is searched here, under the log's lock, so that none can come in between. The row stays, as an id
 * that is gone would stop a fold: its text says that it was not recorded.
 */
create function erase_agents(p_site_id integer) returns integer
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare
  v_erasure erasures;
  v_count   integer;
begin
  v_erasure := require_erasure(p_site_id);
  perform log_lock();
  delete from erasure_agents x using log_hits h
  where x.site_id = p_site_id and h.agent_id = x.agent_id and h.position > v_erasure.scanned;
  perform switch_append_only('agents', false);
  update agents set user_agent = '(not recorded)'
  where retired_at is not null and agent_id in (select x.agent_id from erasure_agents x where x.site_id = p_site_id);
  get diagnostics v_count = row_count;
  perform switch_append_only('agents', true);
  delete from erasure_agents where site_id = p_site_id;
  return v_count;
end $$;

revoke execute on function require_erasure(integer), switch_append_only(text, boolean),
  erase_hits(integer, bigint, bigint), erase_private(integer), retire_agents(integer), erase_agents(integer) from public;

do $$
declare v_function text;
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on erasures to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on erasures to antics_reader;
  end if;
  if exists (select from pg_roles where rolname = 'antics_eraser') then
    grant select on erasures to antics_eraser;
    grant select, insert, delete on erasure_agents to antics_eraser;
    grant select, update on agents to antics_eraser;
    grant execute on function log_lock(), require_erasure(integer), switch_append_only(text, boolean) to antics_eraser;
    begin
      -- An owner needs the right to create in the schema for as long as it takes to become one.
      grant create on schema antics to antics_eraser;
      foreach v_function in array array['erase_hits(integer, bigint, bigint)', 'erase_private(integer)',
        'retire_agents(integer)', 'erase_agents(integer)']
      loop
        execute format('alter function %s owner to antics_eraser', v_function);
      end loop;
      revoke create on schema antics from antics_eraser;
    exception
      when insufficient_privilege then
        raise notice 'antics_eraser is not this database user''s to give: erasure runs with the rights of the owner';
    end;
  end if;
end $$;
