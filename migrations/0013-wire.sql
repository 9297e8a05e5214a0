-- What clients say besides: of an event that a visitor did not do anything for it, what was earned with it; and by which
-- way a hit came, where that was no client's request. Null for all that is in the log already, at no cost.

alter table log_hits add column interactive boolean, add column revenue jsonb, add column via smallint;
comment on column log_hits.interactive is 'false: an event that happened by itself, so that its visit may still be a bounce; null: as any other.';
comment on column log_hits.revenue     is '{"amount", "currency"} as the client sent them. Kept, and in no figure.';
comment on column log_hits.via         is 'null: sent by a client; 1: read from an access log; 2: handed on by a server, in a batch.';

/*
 * The hits between two positions, both included. A row for each site: how many, and a digest of their content and of
 * the user agents that they refer to. And one without a site: of all of them, and of position and time alone.
 * What came with this migration is hashed where it is there: what was sealed before is hashed as it was, and to put
 * something into it would still be found.
 */
create or replace function digest_hits(p_first bigint, p_last bigint)
returns table (site_id integer, rows bigint, digest bytea) language sql stable as $$
  with hits as materialized (
    select h.position, h.recorded_at, h.site_id, h.agent_id,
      sha256(record_send(row(h.position, h.recorded_at, h.occurred_at, h.visitor, h.site_id, h.agent_id, h.day, h.width,
        h.duration_ms, h.hour, h.scroll, h.verdict, h.country, h.hostname, h.pathname, h.query, h.click_id, h.referrer,
        h.name, h.props, h.vitals))
        || case when num_nonnulls(h.interactive, h.revenue, h.via) = 0 then ''
          else record_send(row(h.interactive, h.revenue, h.via)) end) as hash
    from antics.log_hits h where h.position between p_first and p_last
  ), used as (
    select u.site_id, string_agg(record_send(row(u.agent_id, a.user_agent)), ''::bytea order by u.agent_id) as agents
    from (select distinct h.site_id, h.agent_id from hits h) u left join antics.agents a on a.agent_id = u.agent_id
    group by u.site_id
  ), contents as (
    select h.site_id, count(*) as rows, sha256(string_agg(h.hash, ''::bytea order by h.position)) as digest
    from hits h group by h.site_id
  )
  select c.site_id, c.rows, sha256(c.digest || sha256(u.agents)) from contents c join used u on u.site_id = c.site_id
  union all
  select null, count(*), sha256(record_send(row(array_agg(h.position order by h.position),
    array_agg(h.recorded_at order by h.position))))
  from hits h
$$;

/* Blanks the hits of a deleted site after p_after, up to and with p_upto, and notes their user agents. */
create or replace function erase_hits(p_site_id integer, p_after bigint, p_upto bigint) returns bigint
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare
  c_size  constant bigint := 10000000;
  v_hits  bigint := 0;
  v_count bigint;
  v_part  text;
begin
  perform require_erasure(p_site_id);
  perform seal_lock();
  delete from log_site_keys where site_id = p_site_id;
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
      query = null, click_id = null, referrer = null, name = null, props = null, vitals = null,
      interactive = null, revenue = null, via = null
    where position > p_after and position <= p_upto and site_id = p_site_id
      and tableoid = ('antics.' || v_part)::regclass;
    get diagnostics v_count = row_count;
    perform switch_append_only(v_part, true);
    v_hits := v_hits + v_count;
  end loop;
  return v_hits;
end $$;

/*
 * The function that a process of the version before calls stays beside it, while both run. Appends a batch of hits, all or nothing, in the order given. A hit of a site that is not there any more gets no
 * position; its ordinal (from 1) comes back in "rejected". The same batch id answers the first call's result.
 */
create function append_hits(
  p_batch uuid, p_site_id integer[], p_visitor bigint[], p_occurred_ms bigint[], p_day date[], p_hour smallint[],
  p_agent_id integer[], p_hostname text[], p_pathname text[], p_query text[], p_click_id text[], p_referrer text[],
  p_country text[], p_width integer[], p_duration_ms integer[], p_scroll smallint[], p_verdict smallint[],
  p_name text[], p_props jsonb[], p_vitals jsonb[],
  p_interactive boolean[], p_revenue jsonb[], p_via smallint[],
  out first_position bigint, out last_position bigint, out rejected integer[]
) language plpgsql volatile security definer set search_path = antics, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  v_head  bigint;
  v_now   timestamptz;
  v_count bigint;
begin
  perform log_lock();
  select b.first_position, b.last_position, b.rejected into first_position, last_position, rejected
  from log_batches b where b.batch_id = p_batch;
  if found then return; end if;

  select coalesce(array_agg(n order by n), '{}') into rejected
  from unnest(p_site_id) with ordinality x(site_id, n)
  where not exists (select from sites s where s.site_id = x.site_id);

  -- log_head() and log_time() in one, and here: a function of SQL is planned anew at every call, over all partitions.
  select coalesce(max(x.position), 0), greatest(clock_timestamp(), max(x.recorded_at)) into v_head, v_now from (
    (select h.position, h.recorded_at from log_hits h order by h.position desc limit 1)
    union all
    (select e.position, e.recorded_at from log_events e order by e.position desc limit 1)) x;
  insert into log_hits (position, recorded_at, occurred_at, visitor, site_id, agent_id, day, width, duration_ms, hour,
    scroll, verdict, country, hostname, pathname, query, click_id, referrer, name, props, vitals, interactive, revenue, via)
  select v_head + row_number() over (order by n), v_now, timestamptz 'epoch' + occurred_ms * interval '1 millisecond',
    visitor, site_id, agent_id, day, width, duration_ms, hour,
    scroll, verdict, country, hostname, pathname, query, click_id, referrer, name, props, vitals, interactive, revenue,
    via
  from unnest(p_site_id, p_visitor, p_occurred_ms, p_day, p_hour, p_agent_id, p_hostname, p_pathname, p_query,
      p_click_id, p_referrer, p_country, p_width, p_duration_ms, p_scroll, p_verdict, p_name, p_props, p_vitals, p_interactive,
      p_revenue, p_via)
    with ordinality x(site_id, visitor, occurred_ms, day, hour, agent_id, hostname, pathname, query,
      click_id, referrer, country, width, duration_ms, scroll, verdict, name, props, vitals, interactive, revenue, via, n)
  where rejected = '{}' or n <> all (rejected);
  get diagnostics v_count = row_count;

  if v_count > 0 then
    first_position := v_head + 1;
    last_position := v_head + v_count;
  end if;
  insert into log_batches (batch_id, first_position, last_position, rejected, recorded_at)
  values (p_batch, first_position, last_position, rejected, v_now);
end $$;

revoke execute on function append_hits(uuid, integer[], bigint[], bigint[], date[], smallint[], integer[], text[], text[],
  text[], text[], text[], text[], integer[], integer[], smallint[], smallint[], text[], jsonb[], jsonb[], boolean[],
  jsonb[], smallint[]) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant execute on function append_hits(uuid, integer[], bigint[], bigint[], date[], smallint[], integer[], text[],
      text[], text[], text[], text[], text[], integer[], integer[], smallint[], smallint[], text[], jsonb[], jsonb[],
      boolean[], jsonb[], smallint[]) to antics_writer;
  end if;
end $$;
