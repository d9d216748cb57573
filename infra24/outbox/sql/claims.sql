-- Two doors as they are today; `doors.sql` keeps what they were when the tables were made.

-- The relay leases due deliveries of one kind of destination until `until`, at most `n`. Only those of a live
-- destination, first of their subject's line there, and of each destination no more than this worker may run at
-- once: `each`, less those in `running`, the destinations of what it runs already. Leases of other workers do not
-- count: a dead one's would keep the destination waiting. Destinations come in any order, so that one with much
-- to do does not starve the others.
--
-- Each failure in a row halves what a destination gets. From the fifth on it gets one delivery after each rest, the
-- probe, and nobody else's worker another one while that is under way: the claim lets the destination rest until the
-- probe's lease ends, and whoever records the probe says better.
--
-- A paced destination gets no more than its allowance over all workers, counted by GCRA as in core.rates: it is locked
-- while somebody takes, and passed over by whoever comes in between.
--
-- In PL/pgSQL because that keeps the plan: planning took longer than claiming. The plan may be one made for empty tables
-- and be used when ten thousand deliveries wait, so the statement is written to have one good plan only: by the indexes,
-- row by row, with subqueries that PostgreSQL cannot turn into joins, in the order of the index that is meant.
--
-- A delivery that still carries a lease was lost with its worker: the lost attempt is written down and counts.
CREATE OR REPLACE FUNCTION claim_deliveries(
        n integer, kind text, each integer, running uuid[], at timestamptz, until timestamptz)
    RETURNS TABLE (org_id uuid, delivery_id uuid, destination_id uuid, lease uuid)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH counted AS MATERIALIZED (
        SELECT t.id, t.failures_in_row, t.burst, interval '1 minute' / t.per_minute AS cost,
               greatest(t.paced_until, claim_deliveries.at) AS full_at
          FROM public.outbox_destination t
         WHERE t.kind = claim_deliveries.kind AND t.state = 'active'
           AND (t.rests_until IS NULL OR t.rests_until <= claim_deliveries.at)
           AND (t.per_minute IS NOT NULL OR t.failures_in_row >= 5)
           AND (SELECT true FROM public.outbox_delivery q
                 WHERE q.destination_id = t.id AND q.status = 'pending' AND q.due_at <= claim_deliveries.at LIMIT 1)
           FOR NO KEY UPDATE SKIP LOCKED
    ), open AS (
        SELECT t.id, t.failures_in_row, NULL::bigint AS allowance
          FROM public.outbox_destination t
         WHERE t.kind = claim_deliveries.kind AND t.state = 'active'
           AND (t.rests_until IS NULL OR t.rests_until <= claim_deliveries.at)
           AND t.per_minute IS NULL AND t.failures_in_row < 5
        UNION ALL
        SELECT c.id, c.failures_in_row,
               floor(extract(epoch FROM claim_deliveries.at + c.cost * c.burst - c.full_at)
                     / extract(epoch FROM c.cost))::bigint
          FROM counted c
    ), destination AS (
        SELECT o.id, greatest(0, least(
                   greatest(claim_deliveries.each >> least(o.failures_in_row, 6), 1) - coalesce(r.busy, 0),
                   CASE WHEN o.failures_in_row >= 5 THEN 1 END, o.allowance)) AS room
          FROM open o
          LEFT JOIN (SELECT id, count(*) AS busy FROM unnest(claim_deliveries.running) AS r (id) GROUP BY id) r
            ON r.id = o.id
         ORDER BY random()
    ), claimed AS MATERIALIZED (
        SELECT due.*
          FROM destination
         CROSS JOIN LATERAL (
               SELECT q.id, q.org_id, q.destination_id, q.attempts, q.lease, q.leased_until
                 FROM public.outbox_delivery q
                WHERE q.destination_id = destination.id AND q.status = 'pending' AND q.due_at <= claim_deliveries.at
                  AND (q.leased_until IS NULL OR q.leased_until < claim_deliveries.at)
                  AND (SELECT true FROM public.outbox_delivery earlier
                        WHERE earlier.destination_id = q.destination_id
                          AND earlier.subject_id = q.subject_id AND earlier.number < q.number
                          AND earlier.status = 'pending' AND NOT earlier.is_timer AND NOT q.is_timer
                        ORDER BY earlier.number LIMIT 1) IS NULL
                ORDER BY q.due_at LIMIT destination.room FOR UPDATE SKIP LOCKED) AS due
         LIMIT claim_deliveries.n
    ), lost AS (
        INSERT INTO public.outbox_attempt (id, org_id, delivery_id, number, started_at, ended_at, outcome, detail)
        SELECT public.fresh_id(), c.org_id, c.id, c.attempts,
               c.leased_until - (claim_deliveries.until - claim_deliveries.at), c.leased_until, 'lost', ''
          FROM claimed c WHERE c.lease IS NOT NULL
    ), paid AS (
        UPDATE public.outbox_destination t
           SET paced_until = CASE WHEN t.per_minute IS NULL THEN t.paced_until ELSE c.full_at + c.cost * given.many END,
               rests_until = CASE WHEN t.failures_in_row < 5 THEN t.rests_until ELSE claim_deliveries.until END
          FROM counted c
          JOIN (SELECT claimed.destination_id, count(*) AS many FROM claimed GROUP BY 1) given
            ON given.destination_id = c.id
         WHERE t.id = c.id
    )
    UPDATE public.outbox_delivery d
       SET leased_until = claim_deliveries.until, lease = gen_random_uuid(), attempts = d.attempts + 1,
           failures = d.failures + (d.lease IS NOT NULL)::integer,
           outcome = CASE WHEN d.lease IS NULL THEN d.outcome ELSE 'lost' END
     WHERE d.id = ANY (ARRAY(SELECT c.id FROM claimed c))
    RETURNING d.org_id, d.id, d.destination_id, d.lease;
END $$;

-- How destinations are doing, over all organisations: for the operator's figures, of nobody in particular.
CREATE OR REPLACE FUNCTION destination_figures()
    RETURNS TABLE (kind text, resting bigint, paused bigint, failing bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    SELECT t.kind, count(*) FILTER (WHERE t.state = 'active' AND t.rests_until > now()),
           count(*) FILTER (WHERE t.state = 'paused'),
           count(*) FILTER (WHERE t.failing_since IS NOT NULL)
      FROM public.outbox_destination t GROUP BY t.kind;
END;

REVOKE ALL ON FUNCTION destination_figures() FROM PUBLIC;
