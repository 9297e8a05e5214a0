-- What the nightly recount of a sample found: each row is a site and a day that was counted anew from the log.

create table projection_checks (
  check_id    bigint      generated always as identity primary key,
  checked_at  timestamptz not null,
  site_id     integer     not null,
  day         date        not null,
  position    bigint      not null,
  hits        bigint      not null,
  differences bigint      not null,
  views       jsonb       not null
);
comment on table  projection_checks             is 'One row a site and day that was counted anew from the log and held against what serves. Never removed: a metric is their sum.';
comment on column projection_checks.hits        is 'Of that day in the log.';
comment on column projection_checks.differences is 'Figures that were not what the log says.';
comment on column projection_checks.views       is '{view: differences}. No value of a visitor stands here: what differs is listed by antics projections verify.';

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select on projection_checks to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on projection_checks to antics_reader;
  end if;
end $$;
