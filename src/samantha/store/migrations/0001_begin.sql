-- Settings of this memory: plain values by name.
create table setting (
    name  text primary key,
    value text not null
) strict, without rowid;

-- One exchange. It is 'heard' from the moment the person's words are durable until it is complete.
create table turn (
    id          integer primary key autoincrement, -- never used again: a screen may still show what is forgotten
    mark        blob not null default (randomblob(16)) unique, -- one turn in all copies of a memory, unlike its id
    channel     text not null,
    state       text not null check (state in ('heard', 'complete')),
    feeling     text,    -- JSON, or null where unsure
    concern     text,    -- the kind of danger noticed, or null
    interrupted integer not null default 0
) strict;

-- One thing one of the two said, verbatim. Lines are added and forgotten, never changed.
create table line (
    id          integer primary key autoincrement,
    turn        integer not null references turn (id) on delete cascade,
    who         text not null check (who in ('person', 'companion')),
    at          text not null, -- ISO 8601 with the person's offset
    instant     real not null, -- the same as seconds since 1970, for order and ranges
    text        text not null,
    sensitivity text not null default 'open' check (sensitivity in ('open', 'here only', 'never mention'))
) strict;
create index line_instant on line (instant);
create index line_turn on line (turn);

create virtual table line_words using fts5 (
    text, content = 'line', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);
insert into line_words (line_words, rank) values ('secure-delete', 1);
create virtual table line_terms using fts5vocab ('line_words', 'row');
create trigger line_added after insert on line begin
    insert into line_words (rowid, text) values (new.id, new.text);
end;
create trigger line_forgotten after delete on line begin
    insert into line_words (line_words, rowid, text) values ('delete', old.id, old.text);
end;

-- Somebody the person knows. Name and bond are facts about them, each with its source.
create table person (
    id integer primary key autoincrement
) strict;

create table fact (
    id          integer primary key autoincrement,
    subject     text not null check (subject in ('person', 'companion', 'other')),
    person      integer references person (id) on delete cascade, -- for subject 'other'
    relation    text not null,
    value       text not null,
    line        integer not null references line (id) on delete cascade,
    learnt      text not null,
    valid_from  text,
    valid_to    text,    -- null while it holds
    ended_by    integer references fact (id) on delete set null, -- the fact that superseded or corrected it
    never_true  integer not null default 0, -- it was corrected, so it was never true
    confidence  real not null default 1.0,
    sensitivity text not null default 'open' check (sensitivity in ('open', 'here only', 'never mention'))
) strict;
create index fact_subject on fact (subject, person, relation);
create index fact_person on fact (person, relation); -- by whom somebody is looked up in every turn
create index fact_line on fact (line);
create index fact_value on fact (value collate nocase);

-- What was forgotten, without content: applied again when an older backup is restored.
create table forgotten (
    mark blob primary key
) strict;
