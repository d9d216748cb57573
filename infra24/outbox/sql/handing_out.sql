-- A fresh UUIDv7, as core.ids makes them: new rows lie together in every index (RFC 9562, section 5.7).
CREATE OR REPLACE FUNCTION fresh_id() RETURNS uuid
    LANGUAGE plpgsql VOLATILE PARALLEL SAFE SET search_path = pg_catalog
AS $$
DECLARE
    id bytea := overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1);
BEGIN
    RETURN encode(set_byte(id, 6, (get_byte(id, 6) & 15) | 112), 'hex')::uuid;
END $$;

-- The relay turns up to `n` facts that nobody has handed out into deliveries, due `at`: one for each destination that
-- reacts. Of each subject it takes the earliest only, so that no delivery can exist before those of the facts that
-- came first; a fact's pending row goes in the transaction that makes its deliveries.
--
-- `reactions` holds {type, kind, handler}; `overtaking` names the handlers whose newer delivery makes the older of the
-- same subject needless unless somebody holds it, and `notes` what is then said, by the organisation's language.
--
-- Organisations do not suffer for each other: what goes wrong for one is undone, named in `troubled`, and waits half a
-- minute. One that lacks a destination everybody has is named in `lacking`, and its facts wait for whoever makes it.
CREATE OR REPLACE FUNCTION hand_out_facts(
        n integer, reactions jsonb, overtaking text[], notes jsonb, at timestamptz,
        OUT handed_out integer, OUT kinds text[], OUT lacking uuid[], OUT troubled uuid[])
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    house record;
    made_kinds text[];
BEGIN
    handed_out := 0; kinds := '{}'; lacking := '{}'; troubled := '{}';
    FOR house IN
        WITH locked AS MATERIALIZED (
            SELECT q.fact_id, q.org_id FROM public.facts_factpending q
             WHERE (q.leased_until IS NULL OR q.leased_until < clock_timestamp())
               AND (SELECT true FROM public.facts_factpending earlier
                     WHERE earlier.subject_id = q.subject_id AND earlier.number < q.number
                     ORDER BY earlier.number LIMIT 1) IS NULL
             ORDER BY q.fact_id LIMIT hand_out_facts.n FOR UPDATE SKIP LOCKED)
        SELECT locked.org_id AS id, array_agg(locked.fact_id) AS fact_ids FROM locked GROUP BY locked.org_id
    LOOP
        IF EXISTS (SELECT FROM (SELECT * FROM public.facts_fact WHERE id = ANY (house.fact_ids) OFFSET 0) f
                     JOIN jsonb_to_recordset(hand_out_facts.reactions) AS told(type text, kind text)
                       ON told.type = f.type AND told.kind IN ('clock', 'mail')
                    WHERE NOT EXISTS (SELECT FROM public.outbox_destination t
                                       WHERE t.org_id = house.id AND t.kind = told.kind)) THEN
            lacking := lacking || house.id;
            CONTINUE;
        END IF;
        BEGIN
            WITH made AS (
                INSERT INTO public.outbox_delivery
                    (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status, due_at,
                     attempts, failures, outcome, note, created_at)
                SELECT public.fresh_id(), f.org_id, f.id, t.id, told.handler, f.subject_id, f.number, false, 'pending',
                       hand_out_facts.at, 0, 0, '', '', now()
                  FROM (SELECT * FROM public.facts_fact WHERE id = ANY (house.fact_ids) OFFSET 0) f
                  JOIN jsonb_to_recordset(hand_out_facts.reactions) AS told(type text, kind text, handler text)
                    ON told.type = f.type
                  JOIN public.outbox_destination t ON t.org_id = f.org_id AND t.kind = told.kind
                   AND (t.fact_types IS NULL OR f.type = ANY (t.fact_types))
                 ORDER BY f.id
                    ON CONFLICT DO NOTHING
                RETURNING id, destination_id, handler, subject_id, number
            ), needless AS (
                -- A delivery that a worker holds is left to it, also when that worker is dead.
                SELECT found.id
                  FROM made newer
                 CROSS JOIN LATERAL (
                       SELECT older.id FROM public.outbox_delivery older
                        WHERE older.destination_id = newer.destination_id AND older.subject_id = newer.subject_id
                          AND older.handler = newer.handler AND older.number < newer.number
                          AND older.status = 'pending' AND older.lease IS NULL AND NOT older.is_timer
                          FOR UPDATE SKIP LOCKED) found
                 WHERE newer.handler = ANY (hand_out_facts.overtaking)
            ), overtaken AS (
                UPDATE public.outbox_delivery d
                   SET status = 'superseded', settled_at = hand_out_facts.at,
                       note = hand_out_facts.notes ->> (SELECT o.locale FROM public.orgs_organisation o
                                                         WHERE o.id = house.id)
                 WHERE d.id = ANY (ARRAY(SELECT needless.id FROM needless))
            )
            SELECT array_agg(DISTINCT t.kind) INTO made_kinds
              FROM made JOIN public.outbox_destination t ON t.id = made.destination_id;
            DELETE FROM public.facts_factpending p WHERE p.fact_id = ANY (house.fact_ids);
            handed_out := handed_out + cardinality(house.fact_ids);
            kinds := kinds || made_kinds;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'facts of organisation % are not handed out: %', house.id, SQLERRM;
            troubled := troubled || house.id;
            UPDATE public.facts_factpending p SET leased_until = clock_timestamp() + interval '30 seconds'
             WHERE p.fact_id = ANY (house.fact_ids);
        END;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION hand_out_facts(integer, jsonb, text[], jsonb, timestamptz) FROM PUBLIC;
