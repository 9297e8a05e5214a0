-- Segments: the log, sealed piece by piece. A segment's hash is made of the one before it and of digests of its rows, so
-- that whoever keeps one hash elsewhere can prove everything up to there. A site's rows have a digest of their own,
-- blinded with a key: an erasure deletes the key and leaves the digest, and other sites can still be checked.
--
-- What is hashed is the binary form that PostgreSQL sends (record_send): each field with its length, null apart from
-- empty, times as microseconds. It says the same on every version, and after a dump and its restore. A change to what is
-- hashed is a new format, and the functions of the former one stay.

create table log_segments (
  segment        bigint      not null primary key,
  format         smallint    not null,
  first_position bigint      not null,
  last_position  bigint      not null,
  closed_at      timestamptz not null,
  hits           bigint      not null,
  events         bigint      not null,
  stamps         bytea       not null,
  event_digest   bytea       not null,
  previous       bytea       not null,
  hash           bytea       not null
);
comment on table  log_segments              is 'The log in sealed pieces, one after the other without a gap, from position 1.';
comment on column log_segments.stamps       is 'SHA-256 over position and time of all hits: what an erasure leaves of them.';
comment on column log_segments.event_digest is 'SHA-256 over the events, but for what is private.';
comment on column log_segments.previous     is 'The hash of the segment before; of the first, 32 times zero.';

create table log_segment_sites (
  segment bigint  not null,
  site_id integer not null,
  rows    bigint  not null,
  digest  bytea   not null,
  primary key (segment, site_id)
);
comment on table log_segment_sites is 'How many hits of a site are in a segment, and their digest, blinded with the site''s key.';

create table log_segment_private (
  segment  bigint not null,
  position bigint not null,
  digest   bytea  not null,
  primary key (segment, position)
);
comment on table log_segment_private is 'The digest of what is private of an event, blinded with a key of its own.';

-- What an erasure deletes. Without the key nobody can try out what an erased row was.
create table log_site_keys (
  site_id integer not null primary key,
  key     bytea   not null
);
create table log_private_keys (
  position bigint not null primary key,
  key      bytea  not null
);

do $$
declare v_table text;
begin
  foreach v_table in array array['log_segments', 'log_segment_sites', 'log_segment_private'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', v_table);
    execute format('create trigger append_only_truncate before truncate on %I for each statement execute function refuse_change()', v_table);
    execute format('alter table %I enable always trigger append_only', v_table);
    execute format('alter table %I enable always trigger append_only_truncate', v_table);
  end loop;
end $$;

create function seal_key() returns bytea language sql volatile as $$
  select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
$$;

/*
 * The hits between two positions, both included. A row for each site: how many, and a digest of their content and of
 * the user agents that they refer to. And one without a site: of all of them, and of position and time alone.
 */
create function digest_hits(p_first bigint, p_last bigint)
returns table (site_id integer, rows bigint, digest bytea) language sql stable as $$
  with hits as materialized (
    select h.position, h.recorded_at, h.site_id, h.agent_id,
      sha256(record_send(row(h.position, h.recorded_at, h.occurred_at, h.visitor, h.site_id, h.agent_id, h.day, h.width,
        h.duration_ms, h.hour, h.scroll, h.verdict, h.country, h.hostname, h.pathname, h.query, h.click_id, h.referrer,
        h.name, h.props, h.vitals))) as hash
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

/* The events between two positions, both included, but for what is private. */
create function digest_events(p_first bigint, p_last bigint)
returns table (events bigint, digest bytea) language sql stable as $$
  select count(*), sha256(coalesce(string_agg(record_send(row(e.position, e.recorded_at, e.stream, e.version, e.type,
    e.schema_version, e.actor, e.actor_kind, e.command_id, e.causation, e.command, e.site, e.data, e.before, e.after)),
    ''::bytea order by e.position), ''))
  from antics.log_events e where e.position between p_first and p_last
$$;

/* A site's digest as it is kept. */
create function blind_site(p_key bytea, p_segment bigint, p_digest bytea) returns bytea language sql immutable as $$
  select sha256(p_key || int8send(p_segment) || p_digest)
$$;

/* The digest of what is private of an event, as it is kept. */
create function blind_private(p_key bytea, p_position bigint, p_private jsonb) returns bytea language sql stable as $$
  select sha256(p_key || int8send(p_position) || record_send(row(p_private)))
$$;

/* A segment's hash, as its row and those that belong to it are now. */
create function segment_hash(s log_segments) returns bytea language sql stable as $$
  select sha256(record_send(row(s.previous, s.segment, s.format, s.first_position, s.last_position, s.closed_at, s.hits,
    s.events, s.stamps, s.event_digest,
    (select sha256(coalesce(string_agg(record_send(row(x.site_id, x.rows, x.digest)), ''::bytea order by x.site_id), ''))
      from antics.log_segment_sites x where x.segment = s.segment),
    (select sha256(coalesce(string_agg(record_send(row(x.position, x.digest)), ''::bytea order by x.position), ''))
      from antics.log_segment_private x where x.segment = s.segment))))
$$;

/* Sealing and erasure exclude each other: what is sealed must be what stays. */
create function seal_lock() returns void language sql volatile as $$
  select pg_advisory_xact_lock(4703919738795935668)
$$;

/*
 * Seals what comes next: p_size positions, or fewer where the oldest of them is p_age old, and never beyond the end of
 * a partition, so that retention takes whole segments. Answers what was done: 'sealed', 'idle' where there is nothing
 * to seal yet, 'busy' where another process has the lock.
 */
create function seal_segment(p_size integer, p_age interval) returns text
language plpgsql volatile set search_path = antics, pg_temp as $$
declare
  c_partition constant bigint := 10000000;
  v_new    log_segments;
  v_cap    bigint;
  v_oldest timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' or pg_client_encoding() <> 'UTF8' then
    raise exception 'segments are sealed under READ COMMITTED and in UTF8 only' using errcode = 'AN001';
  end if;
  if not pg_try_advisory_xact_lock(4703919738795935668) then return 'busy'; end if;

  select s.segment + 1, s.last_position + 1, s.hash into v_new.segment, v_new.first_position, v_new.previous
  from log_segments s order by s.segment desc limit 1;
  if not found then
    v_new.segment := 1;
    v_new.first_position := 1;
    v_new.previous := decode(repeat('00', 32), 'hex');
  end if;
  -- Commit order is position order: what is up to the head is there, and nothing will come in between.
  v_new.last_position := log_head();
  if v_new.last_position < v_new.first_position then return 'idle'; end if;
  v_cap := least(v_new.first_position + p_size, (v_new.first_position / c_partition + 1) * c_partition) - 1;
  if v_new.last_position < v_cap then
    select min(x.recorded_at) into v_oldest from (
      (select h.recorded_at from log_hits h where h.position >= v_new.first_position order by h.position limit 1)
      union all
      (select e.recorded_at from log_events e where e.position >= v_new.first_position order by e.position limit 1)) x;
    if v_oldest > clock_timestamp() - p_age then return 'idle'; end if;
  end if;
  v_new.last_position := least(v_new.last_position, v_cap);
  v_new.format := 1;
  v_new.closed_at := clock_timestamp();

  -- A deleted site gets no key any more: the erasure that deletes it would not come back for it.
  with digests as materialized (
    select * from digest_hits(v_new.first_position, v_new.last_position)
  ), keys as (
    insert into log_site_keys (site_id, key)
    select d.site_id, seal_key() from digests d
    where d.site_id > 0 and not exists (select from log_site_keys k where k.site_id = d.site_id)
      and not exists (select from log_events e where e.type = 'SiteDeleted' and (e.data ->> 'site_id')::integer = d.site_id)
    returning site_id, key
  ), sites as (
    insert into log_segment_sites (segment, site_id, rows, digest)
    select v_new.segment, d.site_id, d.rows,
      blind_site(coalesce(k.key, n.key, seal_key()), v_new.segment, d.digest)
    from digests d
      left join log_site_keys k on k.site_id = d.site_id left join keys n on n.site_id = d.site_id
    where d.site_id > 0
  )
  select d.rows, d.digest into v_new.hits, v_new.stamps from digests d where d.site_id is null;

  select d.events, d.digest into v_new.events, v_new.event_digest
  from digest_events(v_new.first_position, v_new.last_position) d;
  with keys as (
    insert into log_private_keys (position, key)
    select e.position, seal_key() from log_events e
    where e.position between v_new.first_position and v_new.last_position and e.private is not null
    returning position, key
  )
  insert into log_segment_private (segment, position, digest)
  select v_new.segment, e.position, blind_private(k.key, e.position, e.private)
  from log_events e join keys k on k.position = e.position;

  v_new.hash := segment_hash(v_new);
  insert into log_segments select v_new.*;
  return 'sealed';
end $$;

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
create or replace function erase_private(p_site_id integer) returns void
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_erasure erasures;
begin
  v_erasure := require_erasure(p_site_id);
  perform seal_lock();
  perform switch_append_only('log_events', false);
  with blank as (
    update log_events set private = null
    where private is not null and (site = v_erasure.id or data ->> 'site' = v_erasure.id::text)
    returning position
  )
  delete from log_private_keys k using blank b where k.position = b.position;
  perform switch_append_only('log_events', true);
end $$;

revoke execute on function seal_key(), digest_hits(bigint, bigint), digest_events(bigint, bigint),
  blind_site(bytea, bigint, bytea), blind_private(bytea, bigint, jsonb), segment_hash(log_segments), seal_lock(),
  seal_segment(integer, interval) from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on log_segments, log_segment_sites, log_segment_private to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on log_segments, log_segment_sites, log_segment_private to antics_reader;
  end if;
  if exists (select from pg_roles where rolname = 'antics_eraser') then
    grant select, delete on log_site_keys, log_private_keys to antics_eraser;
    grant execute on function seal_lock() to antics_eraser;
  end if;
end $$;
