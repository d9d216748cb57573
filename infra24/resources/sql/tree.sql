-- Wholes and their parts stay a tree, whoever writes; and every change of a row raises its version.

CREATE FUNCTION resource_wholes(org uuid, resource uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
BEGIN ATOMIC
    -- The resource itself and all it is part of, near and far.
    WITH RECURSIVE wholes AS (
        SELECT r.id, r.part_of_id FROM public.resources_resource r WHERE r.org_id = org AND r.id = resource
        UNION
        SELECT r.id, r.part_of_id FROM public.resources_resource r JOIN wholes ON r.org_id = org AND r.id = wholes.part_of_id)
    SELECT wholes.id FROM wholes;
END;

CREATE FUNCTION resource_stays_a_tree() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    -- One change of a tree at a time: two moves that are harmless alone could close a circle together.
    PERFORM pg_advisory_xact_lock(hashtextextended('resource tree of ' || NEW.org_id, 0));
    IF NEW.id IN (SELECT public.resource_wholes(NEW.org_id, NEW.part_of_id)) THEN
        RAISE EXCEPTION 'resource % would be part of itself', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'resource_tree_no_circle';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resource_stays_a_tree_on_arrival BEFORE INSERT ON resources_resource
    FOR EACH ROW WHEN (NEW.part_of_id IS NOT NULL) EXECUTE FUNCTION resource_stays_a_tree();
CREATE TRIGGER resource_stays_a_tree_on_change BEFORE UPDATE ON resources_resource
    FOR EACH ROW WHEN (NEW.part_of_id IS NOT NULL AND NEW.part_of_id IS DISTINCT FROM OLD.part_of_id)
    EXECUTE FUNCTION resource_stays_a_tree();

-- Whoever read the parts of a whole can tell, once it is locked, that they are still the same.
CREATE FUNCTION resource_shapes_wholes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE was uuid := CASE WHEN TG_OP = 'UPDATE' THEN OLD.part_of_id END;
BEGIN
    UPDATE public.resources_resource r SET shape = r.shape + 1
     WHERE r.org_id = NEW.org_id
       AND r.id IN (SELECT public.resource_wholes(NEW.org_id, was) UNION SELECT public.resource_wholes(NEW.org_id, NEW.part_of_id));
    RETURN NULL;
END $$;
CREATE TRIGGER resource_shapes_wholes_on_arrival AFTER INSERT ON resources_resource
    FOR EACH ROW WHEN (NEW.part_of_id IS NOT NULL) EXECUTE FUNCTION resource_shapes_wholes();
CREATE TRIGGER resource_shapes_wholes_on_change AFTER UPDATE ON resources_resource
    FOR EACH ROW WHEN (NEW.part_of_id IS DISTINCT FROM OLD.part_of_id) EXECUTE FUNCTION resource_shapes_wholes();

CREATE FUNCTION row_moves_on() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER resource_moves_on BEFORE UPDATE ON resources_resource
    FOR EACH ROW WHEN (OLD.shape = NEW.shape) EXECUTE FUNCTION row_moves_on();
CREATE TRIGGER closure_moves_on BEFORE UPDATE ON resources_closure
    FOR EACH ROW EXECUTE FUNCTION row_moves_on();
CREATE TRIGGER feature_moves_on BEFORE UPDATE ON resources_feature
    FOR EACH ROW EXECUTE FUNCTION row_moves_on();
CREATE TRIGGER qualification_moves_on BEFORE UPDATE ON resources_qualification
    FOR EACH ROW EXECUTE FUNCTION row_moves_on();
CREATE TRIGGER studioassignment_moves_on BEFORE UPDATE ON resources_studioassignment
    FOR EACH ROW EXECUTE FUNCTION row_moves_on();
