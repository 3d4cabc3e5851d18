-- The city, its tree, its sources, its facts and their rollups. Times are UTC; days are the city's.

CREATE TABLE city (
    city_key text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    time_zone text NOT NULL,
    levels jsonb NOT NULL,              -- [{"key","name_zh","name_en"}], the city first
    rollup_level smallint NOT NULL,     -- deepest level kept in rollup_*; below it facts are read directly
    loaded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE region (
    region_id int PRIMARY KEY,
    parent_id int REFERENCES region,
    level smallint NOT NULL,
    code text NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    geom geometry(MultiPolygon, 4326),
    label_point geometry(Point, 4326),
    area_km2 double precision
);
CREATE INDEX region_parent ON region (parent_id);
CREATE INDEX region_geom ON region USING gist (geom);

CREATE TABLE region_ancestor (          -- every region is its own ancestor too
    region_id int NOT NULL REFERENCES region,
    ancestor_id int NOT NULL REFERENCES region,
    level smallint NOT NULL,            -- the ancestor's
    PRIMARY KEY (region_id, level)
);
CREATE INDEX region_ancestor_of ON region_ancestor (ancestor_id, region_id);

CREATE TABLE source (
    source_id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    key text NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    owner text NOT NULL,
    licence text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('business', 'iot', 'video', 'map')),
    simulated boolean NOT NULL DEFAULT false,
    refresh_seconds int,                -- its promise; NULL for a closed archive
    url text,
    token_hash text                     -- SHA-256 of the sender's token; NULL: takes nothing over the network
);

CREATE TABLE feed (                     -- what each source last said of each subject
    source_id smallint NOT NULL REFERENCES source,
    subject text NOT NULL,              -- case, message, warning, observation:<property>, statistic:<key>, …
    last_at timestamptz,                -- newest instant a fact speaks of
    last_received_at timestamptz,
    taken bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    marked bigint NOT NULL DEFAULT 0,   -- taken with a warning
    PRIMARY KEY (source_id, subject)
);

-- How each live door of a source stands; written by doors/state.py, beside the transactions that take messages.
CREATE TABLE door_state (
    source_id smallint NOT NULL REFERENCES source,
    door text NOT NULL,                 -- http, cap, mqtt, …
    name text NOT NULL,                 -- which of the source's doors of that kind: the key of what it listens to
    connected boolean,                  -- NULL: senders come to this door, so there is nothing to be connected to
    since timestamptz NOT NULL,         -- of being connected, or not
    last_at timestamptz,                -- when the last message came
    messages bigint NOT NULL DEFAULT 0,
    rate real NOT NULL DEFAULT 0,       -- messages a second, over the minute before updated_at
    lag_s double precision,             -- from the newest instant that the last messages speak of until they came
    last_error text,
    last_error_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(), -- a door that runs says so every few seconds
    PRIMARY KEY (source_id, door, name)
);

CREATE TABLE door_cursor (              -- how far a door has read; written in the transaction that takes what it read
    source_id smallint NOT NULL REFERENCES source,
    door text NOT NULL,
    name text NOT NULL,
    cursor jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source_id, door, name)
);

CREATE TABLE batch (
    batch_id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    source_id smallint NOT NULL REFERENCES source,
    door text NOT NULL,                 -- file, http, retry, or a protocol: cap, mqtt, …
    origin text NOT NULL,               -- the table's name, or the sender's address
    dataset text,                       -- "source/dataset" of the pack, or what it listens to; NULL over HTTP
    subject text NOT NULL,
    idempotency_key text,
    received_at timestamptz NOT NULL DEFAULT now(),
    taken int NOT NULL DEFAULT 0,
    seen int NOT NULL DEFAULT 0,        -- rows that were there already
    rejected int NOT NULL DEFAULT 0,
    marked int NOT NULL DEFAULT 0,      -- of those taken: let in with a warning
    answer jsonb,                       -- given again when the same key comes again
    UNIQUE (source_id, idempotency_key)
);
CREATE INDEX batch_of_source ON batch (source_id, received_at) INCLUDE (taken, rejected);

CREATE TABLE reject (
    reject_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    batch_id int NOT NULL REFERENCES batch,
    source_id smallint NOT NULL REFERENCES source,
    dataset text,                       -- its batch's
    row_no int NOT NULL,                -- the line in the file, or the row of the request; both from 1
    reasons jsonb NOT NULL,             -- [{"field","code","text"}]
    row jsonb NOT NULL,                 -- the whole row as it came
    received_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,            -- when a retry took it
    resolved_batch int REFERENCES batch,
    counted jsonb                       -- what it counts for in arrival: [[region_id, one number for each of its columns]]
);
CREATE INDEX reject_of_source ON reject (source_id, reject_id) INCLUDE (resolved_at);

CREATE TABLE mark (                     -- rows that were taken with a warning
    mark_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    batch_id int NOT NULL REFERENCES batch,
    source_id smallint NOT NULL REFERENCES source,
    row_no int NOT NULL,
    subject text NOT NULL,              -- of its batch: which facts (batch_id, row_no) names
    reasons jsonb NOT NULL,             -- [{"field","code","text"}]
    row jsonb,                          -- the whole row as it came; NULL where the fact tells it all
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mark_of_source ON mark (source_id, mark_id);

-- What came of each source in each hour, and what was wrong with it: rows, each counted once in every
-- column that fits. Written by ingest/quality in the transaction that takes the batch; regions are streets at most.
CREATE TABLE arrival (
    source_id smallint NOT NULL REFERENCES source,
    at timestamptz NOT NULL,            -- the UTC hour in which they came
    dataset text NOT NULL,              -- the pack's; over the network, the subject
    region_id int NOT NULL REFERENCES region,
    part int NOT NULL,                  -- the batch of a file, which may be taken back whole; 0 for all that came by a door
    batch_id int NOT NULL,              -- the newest
    came int NOT NULL,
    rejected int NOT NULL,
    marked int NOT NULL,
    incomplete int NOT NULL,            -- lack something that is required
    malformed int NOT NULL,             -- are not written as declared
    inaccurate int NOT NULL,            -- say what cannot be true
    inconsistent int NOT NULL,          -- contradict themselves, or name what is not there
    repeated int NOT NULL,              -- said nothing that was not said before
    timed int NOT NULL,                 -- were taken, of a source with a promise, and tell of an instant since it is connected
    in_time int NOT NULL,               -- of these: came within the promise
    PRIMARY KEY (source_id, at, dataset, region_id, part)
);
CREATE INDEX arrival_region ON arrival (region_id, at);

CREATE TABLE finding (                  -- what is odd in the data without having been declared; written by ingest/quality
    finding_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    source_id smallint NOT NULL REFERENCES source,
    dataset text,                       -- the pack's, or the subject; NULL: the source as a whole
    kind text NOT NULL CHECK (kind IN ('pile_up', 'near_duplicate', 'spike', 'count', 'wide_off', 'silence')),
    about text NOT NULL,                -- which point, device, hour or group: a finding goes on while this stays
    region_id int NOT NULL REFERENCES region,
    since timestamptz NOT NULL,
    until timestamptz,                  -- NULL: it goes on
    n bigint NOT NULL,                  -- rows, or devices, that it is about
    examples jsonb NOT NULL,            -- [{"batch_id","row_no","text"}], at most five
    text_zh text NOT NULL,
    text_en text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()  -- when it was last found to go on
);
CREATE INDEX finding_of_source ON finding (source_id, since);
CREATE INDEX finding_open ON finding (source_id) WHERE until IS NULL;

CREATE TABLE agency (
    agency_id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    region_id int NOT NULL REFERENCES region,
    source_id smallint NOT NULL REFERENCES source
);

CREATE TABLE enterprise (
    enterprise_id bigint PRIMARY KEY,
    source_id smallint NOT NULL REFERENCES source,
    external_id text NOT NULL,
    name text NOT NULL,
    industry text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'abnormal', 'closed')),
    registered_at timestamptz NOT NULL,
    closed_at timestamptz,
    region_id int NOT NULL REFERENCES region,
    geom geometry(Point, 4326),
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX enterprise_region ON enterprise (region_id);

CREATE TABLE case_class (
    code text PRIMARY KEY,
    parent_code text REFERENCES case_class,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    due_hours double precision          -- from registration to disposal, when the sender gives no clock
);

-- Facts bear no foreign keys: ingest looks up what they name in the transaction that takes them, and a key
-- would look it up again for every row, which is most of the time of a bulk load.

-- One row per case: what it is, and where its steps have brought it. The derived columns are
-- written by ingest alone, from case_step, in the transaction that takes the step.
CREATE TABLE city_case (
    case_id bigint PRIMARY KEY,         -- 63-bit hash of (source, external_id)
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    class_code text NOT NULL,
    channel text NOT NULL,
    title text NOT NULL,
    address text,
    region_id int NOT NULL,
    geom geometry(Point, 4326),
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    batch_id int NOT NULL,
    row_no int NOT NULL,
    due_at timestamptz,                 -- its clock, as promised
    -- derived from the steps:
    state text NOT NULL DEFAULT 'reported',
    state_at timestamptz NOT NULL,
    agency_id int,                      -- who has it
    registered_at timestamptz,
    dispatched_at timestamptz,
    disposed_at timestamptz,
    verified_at timestamptz,
    closed_at timestamptz,
    suspended_at timestamptz,           -- when it was suspended, while it is
    return_count smallint NOT NULL DEFAULT 0,
    rework_count smallint NOT NULL DEFAULT 0
);
CREATE INDEX city_case_region ON city_case (region_id, reported_at);
CREATE INDEX city_case_reported ON city_case (reported_at);
CREATE INDEX city_case_closed ON city_case (closed_at) INCLUDE (reported_at, region_id);
CREATE INDEX city_case_due ON city_case (due_at);
CREATE INDEX city_case_open ON city_case (due_at)
    INCLUDE (region_id, agency_id, reported_at, dispatched_at, suspended_at, closed_at) WHERE closed_at IS NULL;
CREATE INDEX city_case_open_place ON city_case USING gist (geom) WHERE closed_at IS NULL;
CREATE INDEX city_case_agency ON city_case (agency_id, reported_at);
CREATE INDEX city_case_state ON city_case (state_at);

CREATE TABLE case_step (                -- append-only
    case_id bigint NOT NULL,
    at timestamptz NOT NULL,
    step text NOT NULL CHECK (step IN ('reported', 'registered', 'dispatched', 'disposed', 'verified', 'closed',
                                       'suspended', 'resumed', 'returned', 'reworked', 'amended')),
    agency_id int,                      -- an agency's; looked up by ingest, a foreign key would do it again for every step
    actor text,
    note text,
    received_at timestamptz NOT NULL DEFAULT now(),
    batch_id int NOT NULL,
    row_no int NOT NULL,
    PRIMARY KEY (case_id, at, step)
);

-- What Open311 says of a case beyond what a case is. Of a server that is polled it is also what each request said last.
CREATE TABLE service_request (
    case_id bigint PRIMARY KEY,         -- the case's number; where it was refused, the one it would have had
    source_id smallint NOT NULL REFERENCES source,
    external_id text NOT NULL,
    taken boolean NOT NULL,             -- false: it was refused, and there is no such case
    closed boolean NOT NULL,            -- what it said last
    agency text,                        -- agency_responsible
    requested_at timestamptz,
    description text,
    status_notes text,
    service_notice text,
    address_id text,
    zipcode text,
    media_url text,
    attributes jsonb,                   -- whatever else it says
    digest text,                        -- of its last word and of how that is mapped; NULL: it was sent to us
    asked_at timestamptz NOT NULL DEFAULT now() -- when it was last looked at
);
CREATE INDEX service_request_open ON service_request (source_id, asked_at) WHERE NOT closed;

CREATE TABLE service_contact (          -- who asked for it: personal, read by nothing that is shown
    case_id bigint PRIMARY KEY,
    contact jsonb NOT NULL,             -- {"email", "phone", …}
    received_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE device_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE property (
    property_id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    key text NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit text NOT NULL,
    watch double precision,             -- the value from which it needs watching
    alarm double precision,             -- and from which it is an alarm
    low_is_bad boolean NOT NULL DEFAULT false,
    minimum double precision,           -- outside [minimum, maximum] a value cannot be true
    maximum double precision
);

CREATE TABLE device (
    device_id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL UNIQUE,
    source_id smallint NOT NULL REFERENCES source,
    kind text NOT NULL REFERENCES device_kind,
    name text NOT NULL,
    region_id int NOT NULL REFERENCES region,
    geom geometry(Point, 4326),
    interval_s int NOT NULL,            -- how often it promises to speak
    enabled boolean NOT NULL DEFAULT true,
    installed_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz                 -- newest observation of any property
) WITH (fillfactor = 50);               -- last_at changes with every batch: room for it on the same page
CREATE INDEX device_region ON device (region_id);
CREATE INDEX device_place ON device USING gist (geom);

CREATE TABLE observation (
    observed_at timestamptz NOT NULL,
    value double precision NOT NULL,
    device_id int NOT NULL,
    batch_id int NOT NULL,
    row_no int NOT NULL,
    property_id smallint NOT NULL,
    PRIMARY KEY (device_id, property_id, observed_at)
) PARTITION BY RANGE (observed_at);     -- a partition a UTC day, a year for old archives; ingest makes them

CREATE TABLE latest_observation (
    device_id int NOT NULL,
    property_id smallint NOT NULL,
    observed_at timestamptz NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (device_id, property_id)
) WITH (fillfactor = 50);

CREATE TABLE datastream (               -- what SensorThings was told of a device and a property, before or beside their observations
    device_id int NOT NULL,
    property_id smallint NOT NULL,
    source_id smallint NOT NULL,
    name text,
    description text,
    unit text,                          -- what the sender measures in, where that is not the property's unit
    PRIMARY KEY (device_id, property_id)
);

CREATE TABLE device_picture (           -- addresses of a camera's own; most have none and go by the template of their source
    device_id int PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    stream text,
    snapshot text
);

CREATE TABLE message (                  -- one call or note of a resident
    message_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    channel text NOT NULL,
    topic text NOT NULL,
    body text,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    region_id int NOT NULL,
    geom geometry(Point, 4326),
    case_id bigint,
    answered_s real,                    -- seconds until somebody answered
    contacted_at timestamptz,           -- when the agency first came back to the caller
    contact_due timestamptz,
    visited_at timestamptz,             -- when the caller was asked what came of it
    solved boolean,                     -- what the caller then said; NULL: not asked yet
    satisfaction smallint CHECK (satisfaction BETWEEN 1 AND 5),
    sentiment smallint CHECK (sentiment BETWEEN -1 AND 1),
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX message_region ON message (region_id, occurred_at);
CREATE INDEX message_occurred ON message (occurred_at);
CREATE INDEX message_contact ON message (contact_due);

CREATE TABLE warning (
    warning_id bigint PRIMARY KEY,
    source_id smallint NOT NULL REFERENCES source,
    external_id text NOT NULL,
    event_zh text NOT NULL,
    event_en text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('extreme', 'severe', 'moderate', 'minor', 'unknown')),
    headline_zh text NOT NULL,
    headline_en text NOT NULL,
    sent_at timestamptz NOT NULL,
    onset_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,               -- cancelled before it expired
    region_id int NOT NULL REFERENCES region, -- the smallest that holds its area
    area geometry(MultiPolygon, 4326),  -- where it holds, as drawn; NULL: in the region
    infos jsonb,                        -- what it says in each language: [{"language","event","headline",…}]
    sender text,
    signature text CHECK (signature IN ('unverified', 'verified')), -- NULL: it bears none
    received_at timestamptz NOT NULL DEFAULT now(),
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX warning_time ON warning (expires_at);

CREATE TABLE warning_end (              -- warnings that were taken back before they came themselves
    warning_id bigint PRIMARY KEY,
    source_id smallint NOT NULL REFERENCES source,
    external_id text NOT NULL,
    ended_at timestamptz NOT NULL,
    batch_id int NOT NULL,
    row_no int NOT NULL
);

CREATE TABLE place (                    -- tax lots, sites, venues
    place_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    region_id int NOT NULL,
    geom geometry(Point, 4326),
    units real,                         -- homes
    population real,                    -- estimated residents
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX place_region ON place (region_id);
CREATE INDEX place_geom ON place USING gist (geom);

CREATE TABLE building (
    building_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    name text,
    height_m real NOT NULL CHECK (height_m > 0),   -- above its ground
    ground_m real,                      -- above the sea
    storeys smallint,
    region_id int NOT NULL,             -- of a point inside the footprint
    geom geometry(MultiPolygon, 4326) NOT NULL,    -- the footprint
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX building_region ON building (region_id);
CREATE INDEX building_geom ON building USING gist (geom);

CREATE TABLE statistic (
    region_id int NOT NULL REFERENCES region,
    key text NOT NULL,
    period int NOT NULL,                -- the year it speaks of
    value double precision NOT NULL,
    source_id smallint NOT NULL REFERENCES source,
    batch_id int NOT NULL,
    row_no int NOT NULL,                -- 0: a sum over several lines
    summed boolean NOT NULL DEFAULT false, -- up the tree, from the regions below
    PRIMARY KEY (region_id, key, period)
);

CREATE TABLE flight (
    flight_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    scheduled_at timestamptz NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    carrier text NOT NULL,
    departure_delay_min real,           -- NULL: cancelled
    arrival_delay_min real,
    region_id int NOT NULL,
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX flight_region ON flight (region_id, scheduled_at);

CREATE TABLE vehicle (                  -- the newest word of each vehicle of public transport; where it was before is not kept
    vehicle_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    observed_at timestamptz NOT NULL,   -- when it was there; a newer word takes the place of all of this
    received_at timestamptz NOT NULL DEFAULT now(),
    region_id int NOT NULL,
    geom geometry(Point, 4326),
    label text,                         -- what is written on it
    mode text,
    line text,
    line_name text,
    headsign text,
    trip text,
    bearing real,                       -- degrees from north
    speed_kmh real,
    delay_s int,                        -- below zero: early; NULL: not known
    next_stop text,
    next_stop_at timestamptz,
    at_stop boolean NOT NULL,           -- it stands at `next_stop`
    placed_by_stop boolean NOT NULL,    -- only its stop is known, so it is drawn there
    gone boolean NOT NULL,              -- its sender has taken it back
    batch_id int NOT NULL,
    row_no int NOT NULL
) WITH (fillfactor = 50);               -- all of them change every few seconds
CREATE INDEX vehicle_observed ON vehicle (observed_at);

CREATE TABLE stop_event (               -- one stop of one run of public transport
    stop_event_id bigint PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    line text,
    trip text NOT NULL,
    stop text,
    scheduled_at timestamptz NOT NULL,
    served_at timestamptz,
    delay_s real,                       -- from the one to the other; below zero: early
    served boolean NOT NULL,            -- false: it was left out, or the whole run was
    region_id int NOT NULL,
    geom geometry(Point, 4326),
    batch_id int NOT NULL,
    row_no int NOT NULL
);
CREATE INDEX stop_event_region ON stop_event (region_id, scheduled_at);
CREATE INDEX stop_event_scheduled ON stop_event (scheduled_at);

CREATE TABLE kept_since (               -- facts whose old rows are given up, being counted; written by ingest/retention.py
    fact text PRIMARY KEY,
    at timestamptz,                     -- there are rows from this hour on, and none before is taken; NULL: all are there
    day date                            -- the city's first day that is there as a whole
);
INSERT INTO kept_since (fact) VALUES ('stop_event');

CREATE TABLE metric (                   -- which number in the rollups is which metric
    metric_id smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    key text NOT NULL UNIQUE,
    signature text NOT NULL             -- of the definition it was rolled up by; another one: rebuild
);

-- Written by ingest/rollups.py in the transaction that takes the facts; regions down to city.rollup_level.
CREATE TABLE rollup_hour (
    region_id int NOT NULL,
    metric_id smallint NOT NULL,
    at timestamptz NOT NULL,            -- the UTC hour's start
    n bigint NOT NULL,
    total double precision NOT NULL,
    PRIMARY KEY (metric_id, region_id, at)
) WITH (fillfactor = 80);
CREATE TABLE rollup_day (
    region_id int NOT NULL,
    metric_id smallint NOT NULL,
    day date NOT NULL,                  -- of the city
    n bigint NOT NULL,
    total double precision NOT NULL,
    PRIMARY KEY (metric_id, region_id, day)
) WITH (fillfactor = 80);
CREATE TABLE rollup_sketch (
    region_id int NOT NULL,
    metric_id smallint NOT NULL,
    day date NOT NULL,
    bin smallint NOT NULL,              -- floor(20 ln value); -32768 for values of zero or less
    n bigint NOT NULL,
    PRIMARY KEY (metric_id, region_id, day, bin)
);

CREATE TABLE snapshot (                 -- stocks as they stood at past instants; every level, zeros left out
    metric_id smallint NOT NULL,
    region_id int NOT NULL,
    at timestamptz NOT NULL,
    n bigint NOT NULL,
    total double precision NOT NULL,
    PRIMARY KEY (metric_id, region_id, at)
);
CREATE TABLE snapshot_taken (           -- which instants were recorded, so that a missing row means zero
    metric_id smallint NOT NULL,
    at timestamptz NOT NULL,
    dirty boolean NOT NULL DEFAULT false, -- late facts came since
    PRIMARY KEY (metric_id, at)
);

CREATE TABLE deferred_index (           -- indexes that a first load rebuilds at its end
    name text PRIMARY KEY,
    definition text NOT NULL
);

CREATE TABLE job (                      -- long work in progress, for the screen to tell
    job_key text PRIMARY KEY,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    unit_zh text NOT NULL,
    unit_en text NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
