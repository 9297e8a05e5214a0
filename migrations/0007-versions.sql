-- Versions of views and rules stand beside each other: what is built, what serves and what served before.

-- A rebuild that was interrupted before this migration is of no use after it.
do $$
declare v_generation integer;
begin
  for v_generation in delete from projections where state = 'building' returning generation loop
    execute format('drop schema if exists %I cascade', 'projection_' || v_generation);
    delete from projection_parked where generation = v_generation;
    delete from projection_suspended where generation = v_generation;
  end loop;
end $$;

alter table projections drop constraint projections_state_check;
update projections set state = 'previous' where state = 'retired';
alter table projections
  add constraint projections_state_check check (state in ('building', 'ready', 'serving', 'previous')),
  add column spam_hosts   text[],
  add column leased_by    text collate "C",
  add column leased_until timestamptz,
  add column switched_at  timestamptz;
create unique index projections_previous on projections (state) where state = 'previous';
comment on table  projections              is 'Facts, one row a generation: its rules and its checkpoint. Views follow it (projection_views).';
comment on column projections.state        is 'building: not folded yet; ready: folded, not read; serving; previous: served before, folded for a rollback.';
comment on column projections.spam_hosts   is 'The operator''s own spam referrers when it was made. Null: made before they were kept.';
comment on column projections.leased_by    is 'The process that folds it; others stand by until leased_until.';
comment on column projections.switched_at  is 'When it began to serve, or ended.';

create table projection_views (
  generation  integer     not null,
  view        text collate "C" not null,
  version     integer     not null,
  facts       integer     not null references projections (generation) on delete cascade,
  state       text        not null check (state in ('building', 'ready', 'serving', 'previous')),
  created_at  timestamptz not null default now(),
  switched_at timestamptz,
  primary key (generation, view)
);
create index projection_views_facts on projection_views (facts);
create unique index projection_views_serving on projection_views (view) where state = 'serving';
create unique index projection_views_previous on projection_views (view) where state = 'previous';
comment on table  projection_views            is 'Views: which version of each stands in which schema (projection_<generation>), and what it is folded from.';
comment on column projection_views.generation is 'That of its facts where both were built together, else one of its own.';
comment on column projection_views.facts      is 'The generation of facts that it follows: its checkpoint is this view''s, too.';

insert into projection_views (generation, view, version, facts, state)
select p.generation, v.key, v.value::integer, p.generation, p.state from projections p, jsonb_each_text(p.views) v;
alter table projections drop column views;

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on projection_views to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on projection_views to antics_reader;
  end if;
end $$;
