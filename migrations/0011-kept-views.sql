-- A view that was switched by itself keeps what served before upon the same facts, while the facts that served before
-- keep theirs: one of each state for a view and its facts.
drop index projection_views_previous;
create unique index projection_views_previous on projection_views (facts, view) where state = 'previous';
