-- Alerts: what is watched, and the mails that are owed for its changes.

create table alerts (
  id              uuid             not null primary key,
  site            uuid             not null,
  metric          text             not null,
  operator        text             not null,
  threshold       double precision not null,
  email           text             not null,
  "window"        text             not null,
  created_at      timestamptz      not null,
  firing_since    timestamptz,
  version         integer          not null,
  evaluated       boolean          not null default false,
  last_checked_at timestamptz,
  last_mailed_at  timestamptz
);
create index alerts_site on alerts (site);
comment on table  alerts              is 'Folded inline from the log, but for the last three columns, which are operational.';
comment on column alerts.site         is 'The public id of the site.';
comment on column alerts.firing_since is 'The check at which it started to hold; null: it does not.';
comment on column alerts.evaluated    is 'Whether the last check had figures to judge by; if not, the state is unknown.';

-- One row a change, written with it in one transaction; a job sends what it owes.
create table alert_mails (
  id            uuid        not null primary key,
  alert         uuid        not null,
  kind          text        not null check (kind in ('started', 'stopped')),
  value         double precision,
  since         timestamptz not null,
  changed_at    timestamptz not null,
  attempts      integer     not null default 0,
  refusals      integer     not null default 0,
  claimed_until timestamptz,
  sent_at       timestamptz,
  given_up_at   timestamptz
);
create index alert_mails_alert on alert_mails (alert, changed_at);
create index alert_mails_owed on alert_mails (changed_at) where sent_at is null and given_up_at is null;
comment on table  alert_mails               is 'Mails for changes of alerts. The id is the left part of the Message-ID.';
comment on column alert_mails.value         is 'The figure at the check that found the change; null: there was none, such as a bounce rate without visits.';
comment on column alert_mails.since         is 'When it started to hold.';
comment on column alert_mails.refusals      is 'Attempts that the mail server answered with a permanent refusal (5xx).';
comment on column alert_mails.claimed_until is 'A process sends it until then; a dead one''s claim runs out.';

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select, insert, update, delete on alerts, alert_mails to antics_writer;
  end if;
  if exists (select from pg_roles where rolname = 'antics_reader') then
    grant select on alerts, alert_mails to antics_reader;
  end if;
end $$;
