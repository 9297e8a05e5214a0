-- Rebuilds on record: what each does, in chunks that any process may take, each marked as done in the transaction that
-- does it.

create table projection_rebuilds (
  rebuild_id     integer     generated always as identity primary key,
  name           text collate "C" not null,
  site_id        integer,
  state          text        not null default 'running'
    check (state in ('running', 'switched', 'different', 'failed', 'discarded')),
  phase          text        not null default 'start'
    check (phase in ('start', 'copy', 'log', 'index', 'days', 'last', 'catch-up', 'verify', 'end')),
  generation     integer,
  facts          integer,
  target         bigint,
  total          bigint      not null default 0,
  actor          text        not null,
  actor_kind     text        not null,
  requested_at   timestamptz not null default clock_timestamp(),
  started_at     timestamptz,
  built_at       timestamptz,
  ended_at       timestamptz,
  verified_by    text,
  verified_until timestamptz,
  differences    bigint,
  comparison     jsonb,
  error          text
);
create unique index projection_rebuilds_running on projection_rebuilds (name) where state = 'running';
create index projection_rebuilds_generation on projection_rebuilds (generation);
comment on table  projection_rebuilds                is 'Rebuilds of facts and every view (all), or of one view. One of a name runs at a time.';
comment on column projection_rebuilds.site_id        is 'Only this site is built; what else there is is copied. Null: every site.';
comment on column projection_rebuilds.generation     is 'What is built; null before the first participant made it.';
comment on column projection_rebuilds.facts          is 'The facts that it is, or follows.';
comment on column projection_rebuilds.target         is 'The position up to which it is built in bulk.';
comment on column projection_rebuilds.total          is 'Hits, as a measure of the work.';
comment on column projection_rebuilds.verified_until is 'Until then one participant verifies; it says so again while it does.';

create table projection_chunks (
  rebuild_id    integer not null references projection_rebuilds (rebuild_id) on delete cascade,
  phase         text    not null,
  chunk         integer not null,
  from_position bigint,
  to_position   bigint,
  site_id       integer,
  month         date,
  from_day      date,
  to_day        date,
  copied        boolean not null default false,
  hits          bigint  not null,
  done_at       timestamptz,
  primary key (rebuild_id, phase, chunk)
);
comment on table  projection_chunks        is 'Parts of a rebuild. Whoever takes one holds its row until what it built is committed with done_at.';
comment on column projection_chunks.copied is 'It is taken over from what serves, not built.';
comment on column projection_chunks.hits   is 'How much work it is.';

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select, insert, update on projection_rebuilds to antics_writer;
    grant select on projection_chunks to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on projection_rebuilds, projection_chunks to antics_reader;
  end if;
end $$;
