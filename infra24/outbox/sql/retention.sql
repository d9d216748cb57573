-- What is not kept for ever; `doors.sql` keeps what this was when the tables were made.

-- Technical rows are deleted in batches once nobody can need them: attempts after 90 days, deliveries that went well
-- or were not needed after 180. Facts, dead letters and what somebody discarded stay.
CREATE OR REPLACE FUNCTION purge_technical(n integer) RETURNS integer
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
    -- Attempts refer to their delivery, so they go first; one whose attempts are not all gone waits.
    DELETE FROM public.outbox_delivery WHERE id IN
        (SELECT d.id FROM public.outbox_delivery d
          WHERE d.status IN ('delivered', 'superseded', 'cancelled') AND d.settled_at < now() - interval '180 days'
            AND NOT EXISTS (SELECT FROM public.outbox_attempt a WHERE a.org_id = d.org_id AND a.delivery_id = d.id)
          LIMIT n);
    GET DIAGNOSTICS step = ROW_COUNT; purged := purged + step;
    RETURN purged;
END $$;
