-- program is General MIDI's, from 0; a drum kit is on channel 10, whatever its program.
CREATE TABLE instruments (
    name text PRIMARY KEY,
    program smallint NOT NULL CHECK (program BETWEEN 0 AND 127),
    position smallint NOT NULL UNIQUE
);
INSERT INTO instruments (position, name, program) VALUES
    (1, 'piano', 0), (2, 'electric-piano', 4), (3, 'harpsichord', 6), (4, 'celesta', 8),
    (5, 'vibraphone', 11), (6, 'marimba', 12), (7, 'organ', 16), (8, 'accordion', 21),
    (9, 'acoustic-guitar', 24), (10, 'electric-guitar', 27), (11, 'upright-bass', 32),
    (12, 'electric-bass', 33), (13, 'synth-bass', 38), (14, 'violin', 40), (15, 'cello', 42),
    (16, 'harp', 46), (17, 'strings', 48), (18, 'choir', 52), (19, 'trumpet', 56),
    (20, 'saxophone', 65), (21, 'clarinet', 71), (22, 'flute', 73), (23, 'synth-pad', 88),
    (24, 'drum-kit', 0);

CREATE TABLE channels (
    song_id uuid NOT NULL REFERENCES songs ON DELETE CASCADE,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 16),
    instrument text NOT NULL REFERENCES instruments,
    PRIMARY KEY (song_id, number)
);
