-- What facts hold grows: web vitals of a hit, and which events happened by themselves. Generations that were made before
-- get the columns, and what belongs there from the log, from the next worker that starts.

alter table projections add column facts_version smallint not null default 1, add column facts_filled bigint default 0;
comment on column projections.facts_version is 'Which columns hit and visit have. Raised by a worker, once they are there.';
comment on column projections.facts_filled  is 'Up to where what came with facts_version is filled in; behind position, a process that does not know it has folded. Null: nothing ever has to be, it was made so.';
