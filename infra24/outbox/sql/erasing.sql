-- Attempts are written once. When somebody is erased, what those about them recorded of their talks with others goes all
-- the same: bodies, and what addresses asked for. That there was a talk, with what status and how long, stays.
CREATE OR REPLACE FUNCTION blank_exchanges(subjects uuid[]) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE acting uuid := current_setting('infra24.org_id')::uuid; blanked integer;
BEGIN
    UPDATE public.outbox_attempt a
       SET exchanges = (
           SELECT jsonb_agg(one || jsonb_build_object(
                      'url', split_part(one->>'url', '?', 1), 'request', '', 'response', '') ORDER BY place)
             FROM jsonb_array_elements(a.exchanges) WITH ORDINALITY AS kept(one, place))
     WHERE a.org_id = acting AND a.exchanges <> '[]'
       AND a.delivery_id IN (
           SELECT d.id FROM public.outbox_delivery d JOIN public.facts_fact f ON f.org_id = d.org_id AND f.id = d.fact_id
            WHERE f.org_id = acting AND f.subject_id = ANY (subjects));
    GET DIAGNOSTICS blanked = ROW_COUNT;
    RETURN blanked;
END $$;

REVOKE ALL ON FUNCTION blank_exchanges(uuid[]) FROM PUBLIC;
