-- Whose token, may it call now (`admit_token` counts), and who calls with it: one statement before the request's
-- transaction, and none inside. No row for a token that does not count, or whose member or user is active no longer.
CREATE FUNCTION admit_bearer(sha256 bytea)
    RETURNS TABLE (retry_after integer, key_id uuid, key_name text, scopes jsonb, member_id uuid, role text,
                   user_id uuid, org_id uuid, slug text, org_name text, time_zone text, locale text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
#variable_conflict use_column
DECLARE admitted record;
BEGIN
    SELECT * INTO admitted FROM public.admit_token(admit_bearer.sha256);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT admitted.retry_after, k.id, k.name::text, k.scopes, m.id, m.role::text, m.user_id,
           o.id, o.slug::text, o.name::text, o.time_zone::text, o.locale::text
      FROM public.orgs_key k
      JOIN public.orgs_member m ON m.org_id = k.org_id AND m.id = k.member_id AND m.is_active
      JOIN public.orgs_user u ON u.id = m.user_id AND u.is_active
      JOIN public.orgs_organisation o ON o.id = k.org_id
     WHERE k.sha256 = admit_bearer.sha256 AND k.kind = 'token' AND k.org_id = admitted.org_id;
END $$;

REVOKE ALL ON FUNCTION admit_bearer(bytea) FROM PUBLIC;
