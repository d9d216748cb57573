-- The doors through the wall between organisations, all of them.
-- Each runs as the owner and answers one narrow question; the app role has no other way.
-- claim_deliveries and purge_technical have changed since: claims.sql and retention.sql say how they are today.

CREATE FUNCTION organisation_of_key(kind text, sha256 bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    RETURN (SELECT k.org_id FROM public.orgs_key k
             WHERE k.sha256 = organisation_of_key.sha256 AND k.kind = organisation_of_key.kind
               AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()));

-- Whose token, and may it call now: the rate is counted here because the allowance is the token's own,
-- so that a request with a token costs one statement before its transaction. GCRA as in core.rates.
CREATE FUNCTION admit_token(sha256 bytea) RETURNS TABLE (org_id uuid, retry_after integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE token public.orgs_key; cost interval;
BEGIN
    SELECT * INTO token FROM public.orgs_key k
     WHERE k.sha256 = admit_token.sha256 AND k.kind = 'token'
       AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    cost := interval '1 minute' / token.per_minute;
    INSERT INTO public.core_ratebucket AS bucket (key, full_at)
    VALUES ('token:' || token.id, clock_timestamp() + cost)
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(bucket.full_at, clock_timestamp()) + cost
     WHERE bucket.full_at <= clock_timestamp() + cost * (token.burst - 1);
    RETURN QUERY SELECT token.org_id, CASE WHEN FOUND THEN NULL ELSE ceil(extract(epoch FROM cost))::integer END;
END $$;

CREATE FUNCTION organisations_of_user(user_id uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    SELECT m.org_id FROM public.orgs_member m WHERE m.user_id = organisations_of_user.user_id AND m.is_active;
END;

-- The relay leases facts nobody has handed out yet: of each subject the earliest only,
-- so that no delivery can exist before those of the facts that came first.
CREATE FUNCTION claim_facts(n integer) RETURNS TABLE (org_id uuid, fact_id uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    WITH claimed AS MATERIALIZED (
        SELECT q.fact_id FROM public.facts_factpending q
         WHERE (q.leased_until IS NULL OR q.leased_until < clock_timestamp())
           AND NOT EXISTS (SELECT FROM public.facts_factpending earlier
                            WHERE earlier.subject_id = q.subject_id AND earlier.number < q.number)
         ORDER BY q.fact_id LIMIT n FOR UPDATE SKIP LOCKED)
    UPDATE public.facts_factpending p SET leased_until = clock_timestamp() + interval '30 seconds'
      FROM claimed WHERE p.fact_id = claimed.fact_id
    RETURNING p.org_id, p.fact_id;
END;

-- The relay leases due deliveries of one kind of destination until `until`, at most `n`. Only those of a live
-- destination, first of their subject's line there, and of each destination no more than this worker may run at
-- once: `each`, less those in `running`, the destinations of what it runs already. Leases of other workers do not
-- count: a dead one's would keep the destination waiting. Destinations come in any order, so that one with much
-- to do does not starve the others.
-- A delivery that still carries a lease was lost with its worker: the lost attempt is written down and counts.
CREATE FUNCTION claim_deliveries(
        n integer, kind text, each integer, running uuid[], at timestamptz, until timestamptz)
    RETURNS TABLE (org_id uuid, delivery_id uuid, destination_id uuid, lease uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    WITH claimed AS MATERIALIZED (
        SELECT due.*
          FROM (SELECT t.id, claim_deliveries.each - (SELECT count(*) FROM unnest(claim_deliveries.running) AS r (id)
                                                       WHERE r.id = t.id) AS room
                  FROM public.outbox_destination t
                 WHERE t.kind = claim_deliveries.kind AND t.state = 'active'
                   AND (t.rests_until IS NULL OR t.rests_until <= claim_deliveries.at)
                 ORDER BY random()) AS destination
         CROSS JOIN LATERAL (
               SELECT q.id, q.org_id, q.attempts, q.lease, q.leased_until FROM public.outbox_delivery q
                WHERE q.destination_id = destination.id AND q.status = 'pending' AND q.due_at <= claim_deliveries.at
                  AND (q.leased_until IS NULL OR q.leased_until < claim_deliveries.at)
                  AND NOT EXISTS (SELECT FROM public.outbox_delivery earlier
                                   WHERE earlier.destination_id = q.destination_id
                                     AND earlier.subject_id = q.subject_id AND earlier.number < q.number
                                     AND earlier.status = 'pending' AND NOT earlier.is_timer AND NOT q.is_timer)
                ORDER BY q.due_at, q.id LIMIT greatest(destination.room, 0) FOR UPDATE SKIP LOCKED) AS due
         LIMIT n
    ), lost AS (
        INSERT INTO public.outbox_attempt (id, org_id, delivery_id, number, started_at, ended_at, outcome, detail)
        SELECT gen_random_uuid(), c.org_id, c.id, c.attempts,
               c.leased_until - (claim_deliveries.until - claim_deliveries.at), c.leased_until, 'lost', ''
          FROM claimed c WHERE c.lease IS NOT NULL
    )
    UPDATE public.outbox_delivery d
       SET leased_until = claim_deliveries.until, lease = gen_random_uuid(), attempts = d.attempts + 1,
           failures = d.failures + (c.lease IS NOT NULL)::integer,
           outcome = CASE WHEN c.lease IS NULL THEN d.outcome ELSE 'lost' END
      FROM claimed c WHERE d.id = c.id
    RETURNING d.org_id, d.id, d.destination_id, d.lease;
END;

-- How much waits, over all organisations: for the operator's figures, of nobody in particular.
CREATE FUNCTION delivery_backlog()
    RETURNS TABLE (kind text, waiting bigint, due bigint, oldest_due_at timestamptz, dead bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    SELECT t.kind, count(*) FILTER (WHERE d.status = 'pending'),
           count(*) FILTER (WHERE d.status = 'pending' AND d.due_at <= now()),
           min(d.due_at) FILTER (WHERE d.status = 'pending' AND d.due_at <= now()),
           count(*) FILTER (WHERE d.status = 'dead')
      FROM public.outbox_destination t JOIN public.outbox_delivery d ON d.destination_id = t.id
     WHERE d.status = 'pending' OR d.status = 'dead'
     GROUP BY t.kind
    UNION ALL
    SELECT 'fact', count(*), count(*), min(f.recorded_at), 0
      FROM public.facts_factpending p JOIN public.facts_fact f ON f.id = p.fact_id
    HAVING count(*) > 0;
END;

-- Technical rows are deleted in batches once nobody can need them.
CREATE FUNCTION purge_technical(n integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE purged integer := 0; step integer;
BEGIN
    DELETE FROM public.orgs_rememberedanswer WHERE id IN
        (SELECT id FROM public.orgs_rememberedanswer WHERE created_at < now() - interval '24 hours' LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    DELETE FROM public.orgs_key WHERE id IN
        (SELECT id FROM public.orgs_key
          WHERE least(expires_at, revoked_at) < now() - interval '90 days' LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    DELETE FROM public.core_ratebucket WHERE key IN
        (SELECT key FROM public.core_ratebucket WHERE full_at < now() - interval '1 hour' LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    DELETE FROM public.django_session WHERE session_key IN
        (SELECT session_key FROM public.django_session WHERE expire_date < now() LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    DELETE FROM public.outbox_attempt WHERE id IN
        (SELECT a.id FROM public.outbox_attempt a JOIN public.outbox_delivery d ON d.id = a.delivery_id
          WHERE a.ended_at < now() - interval '90 days' AND d.status <> 'pending' LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    RETURN purged;
END $$;

REVOKE ALL ON FUNCTION organisation_of_key(text, bytea), admit_token(bytea), organisations_of_user(uuid),
    claim_facts(integer), claim_deliveries(integer, text, integer, uuid[], timestamptz, timestamptz),
    delivery_backlog(), purge_technical(integer) FROM PUBLIC;
