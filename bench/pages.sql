-- Two houses for calendars, in a database that filling.sql has filled. Read by pages.py, which gives the numbers.

CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('0190000000007' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid;

CREATE TEMP TABLE houses AS SELECT * FROM (VALUES
    (%(gallery)s, 'gallery', %(gallery_rooms)s, %(gallery_events)s),
    (%(campus)s, 'campus', %(campus_rooms)s, %(campus_events)s)) AS said (o, slug, rooms, events);

INSERT INTO orgs_organisation (id, slug, name, time_zone, locale, mail_address, theme, theme_version, founded_at)
SELECT pg_temp.id(1, o), slug, initcap(slug), 'America/New_York', 'en', '', '{}', 1, now() FROM houses;

INSERT INTO orgs_user (id, password, email, name, is_active, joined_at)
SELECT pg_temp.id(2, o), '!', 'alice@' || slug || '.example', 'Alice', true, now() FROM houses;

INSERT INTO orgs_member (id, org_id, user_id, role, is_active, joined_at)
SELECT pg_temp.id(3, o), pg_temp.id(1, o), pg_temp.id(2, o), 'staff', true, now() FROM houses;

INSERT INTO people_person (id, org_id, name, sort_key, email, phone, version, created_at)
SELECT pg_temp.id(4, o * 1000 + p), pg_temp.id(1, o), 'Person ' || p, 'person ' || p, '', '', 1, now()
  FROM houses, generate_series(0, 199) p;

INSERT INTO resources_resource
       (id, org_id, kind, name, slug, sort_key, description, group_name, location, capacity, units, time_zone, features, version)
SELECT pg_temp.id(5, o * 1000 + r), pg_temp.id(1, o), 'space', 'Room ' || r, 'room-' || r, 'room ' || lpad(r::text, 3, '0'),
       '', 'Floor ' || r / 20, '', 20, 1, '', '{}', 1
  FROM houses, generate_series(0, rooms - 1) r;

INSERT INTO resources_availabilityrule (id, org_id, kind, valid_from, rules, created_at)
SELECT pg_temp.id(6, o * 1000), pg_temp.id(1, o), '', '2020-01-01', %(hours)s::jsonb, now() FROM houses;

-- The k-th booking is of room k mod rooms, on day k / rooms of the week and then on it again, four hours later.
CREATE TEMP TABLE plan AS
SELECT o * 100000 + k AS n, o, k %% rooms AS r, CASE WHEN k %% 10 = 7 THEN 'pending' ELSE 'confirmed' END AS status,
       %(week)s::timestamptz + k / rooms %% 7 * interval '1 day' + (8 + k %% 3 + 4 * (k / rooms / 7)) * interval '1 hour'
           AS starts_at
  FROM houses, generate_series(0, events - 1) k;

INSERT INTO bookings_booking
       (id, org_id, title, status, outcome, visibility, person_id, booked_by_id, source, party_size, note,
        starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, pending_blocks, reason, version)
SELECT pg_temp.id(7, n), pg_temp.id(1, o), 'Firing ' || n, status, '', 'busy', pg_temp.id(4, o * 1000 + n %% 200),
       pg_temp.id(3, o), 'staff', 1, '', starts_at, starts_at + interval '2 hours',
       starts_at AT TIME ZONE 'America/New_York', (starts_at + interval '2 hours') AT TIME ZONE 'America/New_York',
       'America/New_York', true, '', 1
  FROM plan;

INSERT INTO bookings_leg
       (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
        blocks_from, blocks_until, sharing, is_blocking)
SELECT pg_temp.id(8, n), pg_temp.id(1, o), pg_temp.id(7, n), pg_temp.id(5, o * 1000 + r), 1, 1, false,
       starts_at, starts_at + interval '2 hours', starts_at, starts_at + interval '2 hours', pg_temp.id(7, n), true
  FROM plan;

INSERT INTO facts_fact (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
SELECT pg_temp.id(9, n), pg_temp.id(1, o), 'booking.confirmed', 1, 'booking', pg_temp.id(7, n), 1, '{}', 'staff', now()
  FROM plan;

ANALYZE;
