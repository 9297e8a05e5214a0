-- The doors to the log. Order: one lock a transaction; the head is read by a statement after the one that took it, so
-- that its snapshot sees the commit of whoever held the lock before. Under REPEATABLE READ it would not, and two
-- writers would get the same positions: refused.

create function log_lock() returns void language plpgsql volatile as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the log is appended to under READ COMMITTED only' using errcode = 'AN001';
  end if;
  if current_setting('synchronous_commit') = 'off' then
    raise exception 'the log is appended to with synchronous_commit on only' using errcode = 'AN002';
  end if;
  perform pg_advisory_xact_lock(4703919738795935661);
end $$;

/* The last position given, over both tables; 0 for an empty log. */
create function log_head() returns bigint language sql volatile as $$
  select greatest(
    coalesce((select position from log_hits order by position desc limit 1), 0),
    coalesce((select position from log_events order by position desc limit 1), 0))
$$;

/* The time to record for the next position: the database's clock, never before that of the head. */
create function log_time(p_head bigint) returns timestamptz language sql volatile as $$
  select greatest(clock_timestamp(),
    (select recorded_at from log_hits where position = p_head),
    (select recorded_at from log_events where position = p_head))
$$;

/*
 * Appends a batch of hits, all or nothing, in the order given. A hit of a site that is not there any more gets no
 * position; its ordinal (from 1) comes back in "rejected". The same batch id answers the first call's result.
 */
create function append_hits(
  p_batch uuid, p_site_id integer[], p_visitor bigint[], p_occurred_ms bigint[], p_day date[], p_hour smallint[],
  p_agent_id integer[], p_hostname text[], p_pathname text[], p_query text[], p_click_id text[], p_referrer text[],
  p_country text[], p_width integer[], p_duration_ms integer[], p_scroll smallint[], p_verdict smallint[],
  p_name text[], p_props jsonb[], p_vitals jsonb[],
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
    scroll, verdict, country, hostname, pathname, query, click_id, referrer, name, props, vitals)
  select v_head + row_number() over (order by n), v_now, timestamptz 'epoch' + occurred_ms * interval '1 millisecond',
    visitor, site_id, agent_id, day, width, duration_ms, hour,
    scroll, verdict, country, hostname, pathname, query, click_id, referrer, name, props, vitals
  from unnest(p_site_id, p_visitor, p_occurred_ms, p_day, p_hour, p_agent_id, p_hostname, p_pathname, p_query,
      p_click_id, p_referrer, p_country, p_width, p_duration_ms, p_scroll, p_verdict, p_name, p_props, p_vitals)
    with ordinality x(site_id, visitor, occurred_ms, day, hour, agent_id, hostname, pathname, query,
      click_id, referrer, country, width, duration_ms, scroll, verdict, name, props, vitals, n)
  where rejected = '{}' or n <> all (rejected);
  get diagnostics v_count = row_count;

  if v_count > 0 then
    first_position := v_head + 1;
    last_position := v_head + v_count;
  end if;
  insert into log_batches (batch_id, first_position, last_position, rejected, recorded_at)
  values (p_batch, first_position, last_position, rejected, v_now);
end $$;

/*
 * Appends one event to a stream. p_expected is the stream's version before it (0: the stream is new), or null for
 * "whatever it is". Raises AN409 when the stream stands elsewhere. Call it last, COMMIT next: it holds the log's lock.
 */
create function append_event(
  p_stream text, p_expected integer, p_type text, p_schema_version smallint, p_actor text, p_command_id uuid,
  p_causation bigint, p_data jsonb, p_private jsonb,
  out "position" bigint, out version integer, out recorded_at timestamptz
) language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_version integer;
begin
  perform log_lock();
  select coalesce(max(e.version), 0) into v_version from log_events e where e.stream = p_stream;
  if p_expected is not null and v_version <> p_expected then
    raise exception 'stream % is at version %, not %', p_stream, v_version, p_expected using errcode = 'AN409';
  end if;
  "position" := log_head() + 1;
  version := v_version + 1;
  recorded_at := log_time("position" - 1);
  insert into log_events values ("position", recorded_at, p_stream, version, p_type, p_schema_version, p_actor,
    p_command_id, p_causation, p_data, p_private);
end $$;

/* Ids of user agents; new ones are entered while the day has room (p_limit), the others get 0. */
create function agent_ids(p_user_agents text[], p_limit integer)
returns table (user_agent text, agent_id integer)
language plpgsql volatile security definer set search_path = antics, pg_temp as $$
#variable_conflict use_column
declare v_room integer;
begin
  v_room := p_limit - (select count(*) from agents where first_seen = (now() at time zone 'utc')::date);
  if v_room > 0 then
    insert into agents (user_agent)
    select u from (select distinct u from unnest(p_user_agents) u
      where not exists (select from agents a where a.user_agent = u collate "C") order by u limit v_room) x
    on conflict do nothing;
  end if;
  return query
    select u, coalesce(a.agent_id, 0) from unnest(p_user_agents) u left join agents a on a.user_agent = u collate "C";
end $$;

/* The salt of a site's local day, drawn at the first call. */
create function salt_for(p_site_id integer, p_day date, p_salt bytea, p_expires_at timestamptz)
returns bytea language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare v_salt bytea;
begin
  insert into salts values (p_site_id, p_day, p_salt, p_expires_at) on conflict do nothing;
  select s.salt into v_salt from salts s where s.site_id = p_site_id and s.day = p_day;
  return v_salt;
end $$;

/*
 * Partitions of log_hits hold 10 million positions each; p_ahead of them stand attached beyond the head. They are made
 * apart and attached, which lets appends and reads go on.
 */
create function ensure_hit_partitions(p_ahead integer)
returns integer language plpgsql volatile security definer set search_path = antics, pg_temp as $$
declare
  c_size constant bigint := 10000000;
  v_part bigint;
  v_made integer := 0;
  v_last bigint;
begin
  perform pg_advisory_xact_lock(4703919738795935662);
  v_last := log_head() / c_size + p_ahead;
  for v_part in select 0 union select generate_series(greatest(v_last - p_ahead, 0), v_last) order by 1 loop
    continue when to_regclass(format('antics.log_hits_%s', lpad(v_part::text, 5, '0'))) is not null;
    -- Position 0 is never given, so that a partition's number is position / 10,000,000.
    execute format('create table antics.log_hits_%s (like antics.log_hits including defaults including constraints)',
      lpad(v_part::text, 5, '0'));
    execute format('alter table antics.log_hits attach partition antics.log_hits_%s for values from (%s) to (%s)',
      lpad(v_part::text, 5, '0'), v_part * c_size, (v_part + 1) * c_size);
    -- Row triggers come with the attachment, statement triggers do not.
    execute format('create trigger append_only_truncate before truncate on antics.log_hits_%s
      for each statement execute function antics.refuse_change()', lpad(v_part::text, 5, '0'));
    execute format('alter table antics.log_hits_%s enable always trigger append_only_truncate',
      lpad(v_part::text, 5, '0'));
    v_made := v_made + 1;
  end loop;
  return v_made;
end $$;

/* Refuses to change what was appended. Erasure runs as antics_eraser, in a SECURITY DEFINER function of that role. */
create function refuse_change() returns trigger language plpgsql as $$
begin
  if current_user = 'antics_eraser' then
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end if;
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'AN003';
end $$;

do $$
declare v_table text;
begin
  foreach v_table in array array['log_hits', 'log_events', 'log_epochs', 'agents'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', v_table);
    execute format('create trigger append_only_truncate before truncate on %I for each statement execute function refuse_change()', v_table);
    -- Not to be switched off by session_replication_role either.
    execute format('alter table %I enable always trigger append_only', v_table);
    execute format('alter table %I enable always trigger append_only_truncate', v_table);
  end loop;
end $$;

select ensure_hit_partitions(2);

-- What each role may do. Functions are executable by PUBLIC unless revoked.
revoke execute on all functions in schema antics from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant usage on schema antics to antics_writer;
    grant select on all tables in schema antics to antics_writer;
    grant execute on all functions in schema antics to antics_writer;
    grant usage on sequence site_ids to antics_writer;
    grant insert, update, delete on sites, api_keys, drop_counts, refused_hosts to antics_writer;
    grant delete on log_batches, salts to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant usage on schema antics to antics_reader;
    grant select on sites, api_keys, drop_counts, refused_hosts, projections, projection_parked, projection_suspended,
      log_hits, log_events, agents, log_epochs to antics_reader;
    grant execute on function log_head() to antics_reader;
  end if;
  if exists (select from pg_roles where rolname = 'antics_eraser') then
    grant usage on schema antics to antics_eraser;
    grant select, update, delete on log_hits, log_events to antics_eraser;
  end if;
end $$;
