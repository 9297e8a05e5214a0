-- Sign-in: links that open a session once, and the sessions of browsers. What proves them is kept as its hash alone,
-- and in no event: these tables cannot be made again from the log, and a lost one means to sign in anew.

create table sign_in_links (
  id         uuid        not null primary key,
  token_hash bytea       not null unique,
  actor      text        not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  version    integer     not null
);
comment on column sign_in_links.token_hash is 'SHA-256 of the token. The row goes when it is used.';
comment on column sign_in_links.actor is 'Who made it, as the log names them: the session acts in that name.';

create table sessions (
  id             uuid        not null primary key,
  actor          text        not null,
  token_hash     bytea       not null unique,
  token_made_at  timestamptz not null,
  previous_hash  bytea       unique,
  previous_until timestamptz,
  opened_at      timestamptz not null,
  expires_at     timestamptz not null,
  version        integer     not null
);
comment on column sessions.token_hash is 'SHA-256 of the cookie. A new one every hour of use.';
comment on column sessions.previous_hash is 'The cookie before it, good until previous_until for requests under way.';

do $$
begin
  if exists (select from pg_roles where rolname = 'antics_writer') then
    grant select, insert, update, delete on sign_in_links, sessions to antics_writer;
  end if;
end $$;
