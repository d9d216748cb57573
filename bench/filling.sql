-- An empty, migrated database becomes one with many bookings. Read by filling.py, which gives the numbers.
-- Ids are 0190…7, a number for the kind, and their own number: ordered, as real ones are.

CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('0190000000007' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid;

-- Organisations, each with Alice, its people, and what can be booked.

INSERT INTO orgs_organisation (id, slug, name, time_zone, locale, mail_address, theme, theme_version, founded_at)
SELECT pg_temp.id(1, o), 'house-' || o, 'House ' || o, 'America/New_York', 'en', '', '{}', 1, now()
  FROM generate_series(1, %(large)s) o;

INSERT INTO orgs_user (id, password, email, name, is_active, joined_at)
SELECT pg_temp.id(2, o), '!', 'alice@house-' || o || '.example', 'Alice', true, now()
  FROM generate_series(1, %(large)s) o;

INSERT INTO orgs_member (id, org_id, user_id, role, is_active, joined_at)
SELECT pg_temp.id(3, o), pg_temp.id(1, o), pg_temp.id(2, o), 'staff', true, now()
  FROM generate_series(1, %(large)s) o;

INSERT INTO people_person (id, org_id, name, sort_key, email, phone, version, created_at)
SELECT pg_temp.id(4, o * 1000 + p), pg_temp.id(1, o), 'Person ' || p, 'person ' || p, '', '', 1, now()
  FROM generate_series(1, %(large)s) o, generate_series(0, 199) p;

-- The last of them is large: its rooms are all alike, so that a search looks at every one.
CREATE TEMP TABLE houses AS
SELECT o, CASE WHEN o = %(large)s THEN %(large_resources)s ELSE %(resources)s END AS resources
  FROM generate_series(1, %(large)s) o;

INSERT INTO resources_resource
       (id, org_id, kind, name, slug, sort_key, description, location, capacity, units, time_zone, features, version)
SELECT pg_temp.id(5, o * 1000 + r), pg_temp.id(1, o), CASE WHEN r < 40 OR is_large THEN 'space' ELSE 'equipment' END,
       'Resource ' || r, 'resource-' || r, 'resource ' || lpad(r::text, 3, '0'), '', '',
       CASE WHEN r < 40 OR is_large THEN 20 END, CASE WHEN r < 45 OR is_large THEN 1 ELSE 5 END, '',
       CASE WHEN is_large THEN '{"projector": true}' ELSE '{}' END::jsonb, 1
  FROM houses, LATERAL (SELECT o = %(large)s AS is_large) said, generate_series(0, resources - 1) r;

INSERT INTO resources_feature (id, org_id, key, name, sort_key, type, unit, choices, version)
VALUES (pg_temp.id(12, %(large)s), pg_temp.id(1, %(large)s), 'projector', 'Projector', 'projector', 'flag', '', '[]', 1);

-- The house says its hours, equipment its grid, a few rooms their buffers.
INSERT INTO resources_availabilityrule (id, org_id, kind, resource_id, valid_from, rules, created_at)
SELECT pg_temp.id(6, o * 1000 + said.n), pg_temp.id(1, o), said.kind,
       CASE WHEN said.n >= 2 THEN pg_temp.id(5, o * 1000 + said.n - 2) END, '2020-01-01', said.rules, now()
  FROM generate_series(1, %(large)s) o,
       (SELECT 0 AS n, '' AS kind, %(hours)s::jsonb AS rules
        UNION ALL SELECT 1, 'equipment', '{"schema": 1, "slot_minutes": 30}'
        UNION ALL SELECT n, '', '{"schema": 1, "buffer_before_minutes": 15, "buffer_after_minutes": 15}'
          FROM generate_series(2, 11) n) AS said;

-- Who books what when: the k-th booking of an organisation of 50 is of resource k mod 50, in the week's slot k / 50.
-- A slot is one of 20: Monday to Friday at 9, 12, 15 and 18 o'clock, for one hour or two. In the large house every room
-- is booked once a weekday of both weeks, a quarter of them each at the same hour: 1,000 events a week.

CREATE TEMP TABLE plan AS
WITH slots AS (
    SELECT o, k %% resources AS r, k / resources %% 20 AS slot,
           %(quiet_week)s - (1 + k / resources / 20) * interval '7 days' AS week,
           CASE WHEN k %% 20 = 7 THEN 'cancelled' ELSE 'confirmed' END AS status
      FROM houses, generate_series(0, %(past)s * resources - 1) k
    UNION ALL
    SELECT o, k %% %(resources)s, k / %(resources)s * 5, %(quiet_week)s,
           CASE WHEN k %% 10 = 7 THEN 'pending' ELSE 'confirmed' END
      FROM generate_series(1, %(measured)s) o, generate_series(0, %(quiet)s - 1) k
    UNION ALL
    SELECT o, k %% %(resources)s, k / %(resources)s, %(busy_week)s,
           CASE WHEN k %% 10 = 7 THEN 'pending' ELSE 'confirmed' END
      FROM generate_series(1, %(measured)s) o, generate_series(0, %(busy)s - 1) k
    UNION ALL
    SELECT %(large)s, r, 4 * day + (r + 3) %% 4, week, 'confirmed'
      FROM generate_series(0, %(large_resources)s - 1) r, generate_series(0, 4) day,
           (VALUES (%(quiet_week)s), (%(busy_week)s)) AS weeks (week)
), times AS (
    SELECT *, week + slot / 4 * interval '1 day' + (9 + 3 * (slot %% 4)) * interval '1 hour' AS starts_at FROM slots
)
SELECT row_number() OVER (ORDER BY starts_at, o, r) AS n, o, r, status, starts_at,
       starts_at + (1 + (slot + r) %% 2) * interval '1 hour' AS ends_at
  FROM times;

INSERT INTO bookings_booking
       (id, org_id, title, status, outcome, visibility, person_id, booked_by_id, source, party_size, note,
        starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, pending_blocks, reason,
        version, created_at, changed_at)
SELECT pg_temp.id(7, n), pg_temp.id(1, o), 'Booking ' || n, status, '', 'busy', pg_temp.id(4, o * 1000 + n %% 200),
       pg_temp.id(3, o), 'staff', 1 + n %% 5, '', starts_at, ends_at, starts_at AT TIME ZONE 'America/New_York',
       ends_at AT TIME ZONE 'America/New_York', 'America/New_York', true, '', 1, now(), now()
  FROM plan ORDER BY n;

INSERT INTO bookings_leg
       (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
        blocks_from, blocks_until, sharing, is_blocking)
SELECT pg_temp.id(8, n), pg_temp.id(1, o), pg_temp.id(7, n), pg_temp.id(5, o * 1000 + r), 1, 1 + n %% 5, false,
       starts_at, ends_at, starts_at - buffer, ends_at + buffer,
       CASE WHEN r < 45 OR o = %(large)s THEN pg_temp.id(7, n) ELSE pg_temp.id(5, o * 1000 + r) END, status <> 'cancelled'
  FROM (SELECT *, CASE WHEN r < 10 THEN interval '15 minutes' ELSE interval '0' END AS buffer FROM plan) AS buffered
 ORDER BY n;

INSERT INTO facts_fact (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
SELECT pg_temp.id(9, n), pg_temp.id(1, o),
       'booking.' || CASE status WHEN 'pending' THEN 'requested' ELSE status END, 1, 'booking', pg_temp.id(7, n), 1, '{}', 'staff', now()
  FROM plan ORDER BY n;

INSERT INTO orgs_auditentry (id, org_id, at, member_id, source, action, subject_kind, subject_id, after)
SELECT pg_temp.id(10, n), pg_temp.id(1, o), now(), pg_temp.id(3, o), 'staff', 'booking.create', 'booking',
       pg_temp.id(7, n), '{"status": "confirmed"}'
  FROM plan ORDER BY n;
