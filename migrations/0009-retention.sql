-- Retention: partitions of log_hits that are older than the operator wants to keep are dropped, and nothing else is.
-- What remains of them are the figures, so that a rebuild takes over the days that are not wholly in the log any more.

create table log_frozen (
  site_id integer not null primary key,
  day     date    not null
);
comment on table log_frozen is 'The last local day of each site of which the log has dropped hits: it and what is before are kept as figures alone.';

create index log_events_trims on log_events (position) where type = 'LogTrimmed';

/* Hits at this position and after it are all there; those before are gone. 1: none was dropped. */
create function log_replayable_since() returns bigint language sql stable set search_path = antics, pg_temp as $$
  select greatest(1, (select (e.data ->> 'before')::bigint from log_events e where e.type = 'LogTrimmed'
    order by e.position desc limit 1))
$$;

/*
 * What needs hits before a position, in words; null: nothing does.
 */
create function why_keep_hits(p_before bigint) returns text
language plpgsql volatile set search_path = antics, pg_temp as $$
declare v_found record;
begin
  if p_before > log_head() then
    return 'the log does not reach beyond them yet';
  end if;
  if coalesce((select s.last_position from log_segments s order by s.segment desc limit 1), 0) < p_before - 1 then
    return 'not all of them are sealed';
  end if;
  select p.generation, p.state, p.position into v_found from projections p
  where p.state = 'building' or p.position < p_before - 1 order by p.position limit 1;
  if found then
    return format('generation %s (%s) stands at position %s', v_found.generation, v_found.state, v_found.position);
  end if;
  if not exists (select from projections p where p.state = 'serving') then
    return 'no projection serves';
  end if;
  select e.id into v_found from erasures e limit 1;
  if found then
    return format('the erasure of site %s is under way', v_found.id);
  end if;
  select k.generation, k.position into v_found from projection_parked k
  where k.position < p_before order by k.position limit 1;
  if found then
    return format('position %s is parked in generation %s: retry or discard it', v_found.position, v_found.generation);
  end if;
  return null;
end $$;

/*
 * Drops the oldest partition of log_hits, p_partition, with p_hits rows. The one way in which hits leave the log: the
 * triggers refuse DELETE and TRUNCATE to everybody but erasure, and DROP is the owner's, for whom no trigger can be set
 * without a superuser. So processes leave it to this function, which asks again whether nothing needs the hits, notes
 * the frozen days, and expects to be called in a transaction that appends LogTrimmed.
 */
create function drop_hit_partition(p_partition bigint, p_sites integer[], p_days date[]) returns void
language plpgsql volatile set search_path = antics, pg_temp as $$
declare
  c_size constant bigint := 10000000;
  v_name text := format('log_hits_%s', lpad(p_partition::text, 5, '0'));
  v_why  text;
begin
  -- Of those that are attached, the first; `partition 0` may be long gone.
  if (select min(c.relname::text) from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'antics.log_hits'::regclass) is distinct from v_name then
    raise exception 'partition % is not the oldest of the log', v_name using errcode = 'AN005';
  end if;
  perform pg_advisory_xact_lock(4703919738795935663); -- a generation that was made now would need them
  v_why := why_keep_hits((p_partition + 1) * c_size);
  if v_why is not null then
    raise exception 'hits before position % are kept: %', (p_partition + 1) * c_size, v_why using errcode = 'AN005';
  end if;
  insert into log_frozen as f (site_id, day)
  select x.site_id, x.day from unnest(p_sites, p_days) x(site_id, day) join sites s on s.site_id = x.site_id
  order by 1
  on conflict (site_id) do update set day = greatest(f.day, excluded.day);
  execute format('alter table antics.log_hits detach partition antics.%I', v_name);
  execute format('drop table antics.%I', v_name);
end $$;

/*
 * Partitions of log_hits hold 10 million positions each; p_ahead of them stand attached beyond the head. They are made
 * apart and attached, which lets appends and reads go on. What retention dropped is not made again.
 */
create or replace function ensure_hit_partitions(p_ahead integer)
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
    continue when (v_part + 1) * c_size <= log_replayable_since();
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

revoke execute on function log_replayable_since(), why_keep_hits(bigint), drop_hit_partition(bigint, integer[], date[])
  from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on log_frozen to antics_writer;
    grant execute on function log_replayable_since() to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on log_frozen to antics_reader;
    grant execute on function log_replayable_since() to antics_reader;
  end if;
end $$;
