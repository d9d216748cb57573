-- Where deliveries go that a worker holds, and what signs them: the lease is the key, as in the outbox's own doors.
CREATE OR REPLACE FUNCTION leased_endpoints(ids uuid[], leases uuid[])
    RETURNS TABLE (delivery_id uuid, endpoint_id uuid, url text, sealed_secret text, sealed_previous text,
                   previous_until timestamptz, proved_at timestamptz, warned_at timestamptz, failing_since timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.id, e.id, e.url::text, e.sealed_secret, e.sealed_previous, e.previous_until, e.proved_at, e.warned_at,
           t.failing_since
      FROM unnest(leased_endpoints.ids, leased_endpoints.leases) AS held (id, lease)
     CROSS JOIN LATERAL (SELECT * FROM public.outbox_delivery WHERE id = held.id AND lease = held.lease OFFSET 0) d
     CROSS JOIN LATERAL (SELECT * FROM public.outbox_destination WHERE id = d.destination_id OFFSET 0) t
     CROSS JOIN LATERAL (SELECT * FROM public.webhooks_endpoint
                          WHERE org_id = d.org_id AND destination_id = d.destination_id OFFSET 0) e;
END $$;

REVOKE ALL ON FUNCTION leased_endpoints(uuid[], uuid[]) FROM PUBLIC;
