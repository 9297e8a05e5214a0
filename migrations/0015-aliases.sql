-- Names by which clients may call a site, beside its domain and its id: such as the id that it has in another analytics.

alter table sites add column aliases text[] not null default '{}';
comment on column sites.aliases is 'In small letters, in the order given. What makes each a name of one site alone is site_aliases.';

/* Folded with sites.aliases, in the same transaction. A process of the version before knows neither, and loses neither. */
create table site_aliases (
  alias text not null primary key,
  id    uuid not null references sites (id) on delete cascade
);
create index site_aliases_id on site_aliases (id);

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select, insert, update, delete on site_aliases to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on site_aliases to antics_reader;
  end if;
end $$;
