-- Whose token, may it call now, and who calls with it: one statement before the request's transaction, and none inside.
-- No row for a token that does not count, or whose member or user is active no longer. The rate is counted here because
-- the allowance is the token's own: GCRA as in core.rates. Code of before asks `admit_token`, which stays for it.
CREATE FUNCTION admit_bearer(sha256 bytea)
    RETURNS TABLE (retry_after integer, key_id uuid, key_name text, scopes jsonb, member_id uuid, role text,
                   user_id uuid, org_id uuid, slug text, org_name text, time_zone text, locale text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE token public.orgs_key; cost interval; wait integer;
BEGIN
    SELECT * INTO token FROM public.orgs_key k
     WHERE k.sha256 = admit_bearer.sha256 AND k.kind = 'token'
       AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    cost := interval '1 minute' / token.per_minute;
    INSERT INTO public.core_ratebucket AS bucket (key, full_at)
    VALUES ('token:' || token.id, clock_timestamp() + cost)
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(bucket.full_at, clock_timestamp()) + cost
     WHERE bucket.full_at <= clock_timestamp() + cost * (token.burst - 1);
    IF NOT FOUND THEN
        wait := ceil(extract(epoch FROM cost))::integer;
    END IF;
    RETURN QUERY
    SELECT wait, token.id, token.name::text, token.scopes, m.id, m.role::text, m.user_id,
           o.id, o.slug::text, o.name::text, o.time_zone::text, o.locale::text
      FROM public.orgs_member m
      JOIN public.orgs_user u ON u.id = m.user_id AND u.is_active
      JOIN public.orgs_organisation o ON o.id = m.org_id
     WHERE m.org_id = token.org_id AND m.id = token.member_id AND m.is_active;
END $$;

REVOKE ALL ON FUNCTION admit_bearer(bytea) FROM PUBLIC;
