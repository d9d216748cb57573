-- The doors through the wall between organisations, all of them.
-- Each runs as the owner and answers one narrow question; the app role has no other way.

CREATE FUNCTION organisation_of_key(kind text, sha256 bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    RETURN (SELECT k.org_id FROM public.orgs_key k
             WHERE k.sha256 = organisation_of_key.sha256 AND k.kind = organisation_of_key.kind
               AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()));

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

-- The relay leases due deliveries: of a live destination, and first of their subject's line there.
CREATE FUNCTION claim_deliveries(n integer) RETURNS TABLE (org_id uuid, delivery_id uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    WITH claimed AS MATERIALIZED (
        SELECT q.id FROM public.outbox_delivery q
          JOIN public.outbox_destination t ON t.id = q.destination_id AND t.state = 'active'
         WHERE q.status = 'pending' AND q.due_at <= clock_timestamp()
           AND (q.leased_until IS NULL OR q.leased_until < clock_timestamp())
           AND NOT EXISTS (SELECT FROM public.outbox_delivery earlier
                            WHERE earlier.destination_id = q.destination_id
                              AND earlier.subject_id = q.subject_id AND earlier.number < q.number
                              AND earlier.status = 'pending' AND NOT earlier.is_timer AND NOT q.is_timer)
         ORDER BY q.due_at LIMIT n FOR UPDATE OF q SKIP LOCKED)
    UPDATE public.outbox_delivery d
       SET leased_until = clock_timestamp() + interval '45 seconds', lease = gen_random_uuid()
      FROM claimed WHERE d.id = claimed.id
    RETURNING d.org_id, d.id;
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
    RETURN purged;
END $$;

REVOKE ALL ON FUNCTION organisation_of_key(text, bytea), organisations_of_user(uuid),
    claim_facts(integer), claim_deliveries(integer), purge_technical(integer) FROM PUBLIC;
