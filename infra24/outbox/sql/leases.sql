-- Whoever holds a delivery's lease may read and record it: the lease is the key to these doors, and each claim gives
-- out a new one. So a worker asks once for deliveries of many organisations, as it was given them.
-- Written for one plan whatever the tables held when it was made, as in `claims.sql`.

-- What a worker has to know of deliveries it holds. Those that were cancelled, or taken over, are left out.
CREATE OR REPLACE FUNCTION leased_deliveries(ids uuid[], leases uuid[])
    RETURNS TABLE (id uuid, org_id uuid, handler text, fact_id uuid, fact_type text, version smallint, data jsonb,
                   recorded_at timestamptz, subject_id uuid, number integer, attempts integer, failures smallint,
                   outcome text, is_timer boolean, kind text, failures_in_row integer, per_minute integer,
                   burst smallint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.id, d.org_id, d.handler::text, d.fact_id, f.type::text, f.version, f.data, f.recorded_at, d.subject_id,
           d.number, d.attempts, d.failures, d.outcome::text, d.is_timer, t.kind::text, t.failures_in_row,
           t.per_minute, t.burst
      FROM unnest(leased_deliveries.ids, leased_deliveries.leases) AS held (id, lease)
     CROSS JOIN LATERAL (SELECT * FROM public.outbox_delivery
                          WHERE id = held.id AND lease = held.lease AND status = 'pending' OFFSET 0) d
     CROSS JOIN LATERAL (SELECT * FROM public.facts_fact WHERE id = d.fact_id OFFSET 0) f
     CROSS JOIN LATERAL (SELECT * FROM public.outbox_destination WHERE id = d.destination_id OFFSET 0) t;
END $$;

-- Deliveries that arrived, each with its attempt. Returns those that still carried our lease; `to_learn` says that
-- their destination failed before, or was last noted to work more than five seconds earlier.
CREATE OR REPLACE FUNCTION record_arrivals(tries jsonb)
    RETURNS TABLE (id uuid, to_learn boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH told AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(record_arrivals.tries)
            AS told(id uuid, lease uuid, note text, attempt_id uuid, number int, started_at timestamptz,
                    ended_at timestamptz, detail text, exchanges jsonb)
    ), done AS (
        UPDATE public.outbox_delivery d
           SET lease = NULL, leased_until = NULL, status = 'delivered', settled_at = told.ended_at,
               outcome = 'delivered', note = told.note
          FROM told
         WHERE d.id = ANY (ARRAY(SELECT id FROM told))
           AND d.id = told.id AND d.lease = told.lease AND d.status = 'pending'
        RETURNING d.id, d.org_id, d.destination_id
    ), kept AS (
        INSERT INTO public.outbox_attempt
            (id, org_id, delivery_id, number, started_at, ended_at, outcome, detail, exchanges)
        SELECT told.attempt_id, done.org_id, told.id, told.number, told.started_at, told.ended_at, 'delivered',
               told.detail, told.exchanges
          FROM told JOIN done ON done.id = told.id
    )
    SELECT done.id, t.failing_since IS NOT NULL OR t.worked_at IS NULL
                    OR t.worked_at < told.ended_at - interval '5 seconds'
      FROM done JOIN told ON told.id = done.id JOIN public.outbox_destination t ON t.id = done.destination_id;
END $$;

REVOKE ALL ON FUNCTION leased_deliveries(uuid[], uuid[]), record_arrivals(jsonb) FROM PUBLIC;
