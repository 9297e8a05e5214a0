-- Administration on record: who did what to which site, with the state before and after; folders, accounts and
-- the answers that an Idempotency-Key replays.

alter table log_events
  add column command    text collate "C",
  add column actor_kind text collate "C",
  add column site       uuid,
  add column before     jsonb,
  add column after      jsonb;
comment on column log_events.command    is 'Which command was decided, such as CreateSite; null: none, the system noted a fact.';
comment on column log_events.actor_kind is 'user, key, session, cli or system: how the actor was known.';
comment on column log_events.site       is 'The public id of the site that it is about, if of one.';
comment on column log_events.before     is 'The changed fields as they were; null: it was not there. What private holds is in private.before.';
comment on column log_events.after      is 'The changed fields as they are; null: it is gone. What private holds is in private.after.';

-- What was recorded by the version before. The owner alone may switch the trigger, and does so for this statement.
alter table log_events disable trigger append_only;
update log_events set
  actor_kind = split_part(actor, ':', 1),
  command = case type when 'SiteCreated' then 'CreateSite' when 'ApiKeyIssued' then 'IssueApiKey'
    when 'ApiKeyRevoked' then 'RevokeApiKey' end,
  site = case when stream like 'site:%' then substr(stream, 6)::uuid end,
  after = case when type in ('SiteCreated', 'ApiKeyIssued') then data - 'hash' end;
alter table log_events enable always trigger append_only;

alter table log_events alter column actor_kind set not null;
create index log_events_site on log_events (site, position) where site is not null;

drop function append_event(text, integer, text, smallint, text, uuid, bigint, jsonb, jsonb);

/*
 * Appends one event to a stream. p_expected is the stream's version before it (0: the stream is new), or null for
 * "whatever it is". Raises AN409 when the stream stands elsewhere. Call it last, COMMIT next: it holds the log's lock.
 */
create function append_event(
  p_stream text, p_expected integer, p_type text, p_schema_version smallint, p_actor text, p_actor_kind text,
  p_command_id uuid, p_causation bigint, p_data jsonb, p_private jsonb,
  p_command text, p_site uuid, p_before jsonb, p_after jsonb,
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
  insert into log_events (position, recorded_at, stream, version, type, schema_version, actor, actor_kind, command_id,
    causation, data, private, command, site, before, after)
  values ("position", recorded_at, p_stream, version, p_type, p_schema_version, p_actor,
    coalesce(p_actor_kind, split_part(p_actor, ':', 1)), p_command_id,
    p_causation, p_data, p_private, p_command, p_site, p_before, p_after);
end $$;

-- Managed mode: whose sites, and whose folders. Null: the operator's own.
alter table sites add column account text collate "C";
create index sites_account on sites (account) where account is not null;
create index sites_folder on sites (folder_id) where folder_id is not null;

create table folders (
  id             uuid        not null primary key,
  name           text        not null,
  authelia_group text collate "C",
  account        text collate "C",
  created_at     timestamptz not null,
  version        integer     not null
);

-- What an Idempotency-Key replays for 24 hours. Inserted first in the command's transaction, so that a twin waits for
-- its end. Never a secret: the answer to "issue a key" is kept without the key.
create table command_results (
  actor       text        not null,
  key         text collate "C" not null,
  fingerprint bytea       not null,
  site        uuid,
  result      jsonb,
  created_at  timestamptz not null,
  primary key (actor, key)
);
create index command_results_created_at on command_results (created_at);
comment on column command_results.fingerprint is 'SHA-256 of method, path and body: another one under the key is refused.';

revoke execute on function append_event(text, integer, text, smallint, text, text, uuid, bigint, jsonb, jsonb, text, uuid,
  jsonb, jsonb) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant execute on function append_event(text, integer, text, smallint, text, text, uuid, bigint, jsonb, jsonb, text,
      uuid, jsonb, jsonb) to antics_writer;
    grant select, insert, update, delete on folders, command_results to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on folders to antics_reader;
  end if;
end $$;
