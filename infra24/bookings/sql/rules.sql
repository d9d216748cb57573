-- What must never break about bookings, whoever writes: constraints and triggers.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Two blocking legs of one resource never overlap, unless they share it.
ALTER TABLE bookings_leg ADD CONSTRAINT leg_no_overlap
    EXCLUDE USING gist (resource_id WITH =, during WITH &&, sharing WITH <>) WHERE (is_blocking);

-- What a leg may share is its own booking's time or its own resource's, nobody else's.
ALTER TABLE bookings_leg ADD CONSTRAINT leg_sharing_own
    CHECK (is_implied OR sharing IN (booking_id, resource_id));

-- A leg blocks exactly when its booking's status says so.
CREATE FUNCTION leg_follows_booking() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT b.status IN ('hold', 'confirmed') OR (b.status = 'pending' AND b.pending_blocks)
      INTO NEW.is_blocking
      FROM public.bookings_booking b WHERE b.org_id = NEW.org_id AND b.id = NEW.booking_id;
    -- Without a booking the two-column key refuses the row a moment later.
    NEW.is_blocking := coalesce(NEW.is_blocking, true);
    RETURN NEW;
END $$;
CREATE TRIGGER leg_follows_booking BEFORE INSERT OR UPDATE ON bookings_leg
    FOR EACH ROW EXECUTE FUNCTION leg_follows_booking();

CREATE FUNCTION booking_leads_legs() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE public.bookings_leg l SET is_blocking = l.is_blocking
     WHERE l.org_id = NEW.org_id AND l.booking_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER booking_leads_legs AFTER UPDATE ON bookings_booking
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.pending_blocks IS DISTINCT FROM NEW.pending_blocks)
    EXECUTE FUNCTION booking_leads_legs();

-- An end is an end, and every change raises the version.
CREATE FUNCTION booking_moves_on() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.status IN ('declined', 'cancelled', 'expired') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'booking % is %, which is final', OLD.id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_end_final';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER booking_moves_on BEFORE UPDATE ON bookings_booking
    FOR EACH ROW EXECUTE FUNCTION booking_moves_on();

CREATE FUNCTION leg_change_raises_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE leg public.bookings_leg := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    -- Legs written together with their booking are its first version; created_at is
    -- the transaction's own now() exactly then.
    UPDATE public.bookings_booking b SET version = b.version
     WHERE b.org_id = leg.org_id AND b.id = leg.booking_id AND b.created_at <> now();
    RETURN NULL;
END $$;
CREATE TRIGGER leg_arrival_raises_version AFTER INSERT OR DELETE ON bookings_leg
    FOR EACH ROW EXECUTE FUNCTION leg_change_raises_version();
CREATE TRIGGER leg_change_raises_version AFTER UPDATE ON bookings_leg
    FOR EACH ROW WHEN ((OLD.resource_id, OLD.units, OLD.people, OLD.starts_at, OLD.ends_at, OLD.blocks_from, OLD.blocks_until, OLD.sharing)
           IS DISTINCT FROM (NEW.resource_id, NEW.units, NEW.people, NEW.starts_at, NEW.ends_at, NEW.blocks_from, NEW.blocks_until, NEW.sharing))
    EXECUTE FUNCTION leg_change_raises_version();

-- Shared use and many alike: at no moment more units or people than there are.
-- The peak counts, not the sum: two bookings that do not meet may use the same unit.
CREATE FUNCTION resource_peak(resource uuid, since timestamptz, until timestamptz,
                              OUT units bigint, OUT people bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
BEGIN ATOMIC
    WITH claims AS (
        SELECT l.blocks_from, l.blocks_until, l.units, l.people
          FROM public.bookings_leg l
         WHERE l.resource_id = resource AND l.is_blocking AND NOT l.is_implied
           AND l.blocks_from < until AND l.blocks_until > since
           AND l.blocks_from > since - interval '33 days'
    ), steps AS (
        SELECT greatest(c.blocks_from, since) AS at, c.units, c.people FROM claims c
        UNION ALL SELECT c.blocks_until, -c.units, -c.people FROM claims c
    ), running AS (
        -- At one instant ends come before starts: intervals are half-open.
        SELECT sum(s.units) OVER sweep AS units, sum(s.people) OVER sweep AS people FROM steps s
        WINDOW sweep AS (ORDER BY s.at, s.units ROWS UNBOUNDED PRECEDING)
    )
    SELECT coalesce(max(r.units), 0)::bigint, coalesce(max(r.people), 0)::bigint FROM running r;
END;

CREATE FUNCTION leg_fits_resource() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE available record; peak record;
BEGIN
    -- Locked before the peak is read: the statement after the lock sees what the rival committed.
    SELECT r.units, r.capacity INTO available FROM public.resources_resource r
     WHERE r.org_id = NEW.org_id AND r.id = NEW.resource_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;  -- the two-column key refuses the row
    END IF;
    IF NEW.sharing = NEW.booking_id THEN
        SELECT NEW.units::bigint AS units, NEW.people::bigint AS people INTO peak;  -- exclusive use: alone in its time
    ELSE
        peak := public.resource_peak(NEW.resource_id, NEW.blocks_from, NEW.blocks_until);
    END IF;
    IF peak.units > available.units AND (available.units > 1 OR NEW.units > 1) THEN
        RAISE EXCEPTION 'resource % would lend % of % units', NEW.resource_id, peak.units, available.units
            USING ERRCODE = 'check_violation', CONSTRAINT = 'leg_within_units';
    END IF;
    IF peak.people > available.capacity THEN
        RAISE EXCEPTION 'resource % would hold % of % people', NEW.resource_id, peak.people, available.capacity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'leg_within_capacity';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leg_fits_on_arrival AFTER INSERT ON bookings_leg
    FOR EACH ROW WHEN (NEW.is_blocking AND NOT NEW.is_implied) EXECUTE FUNCTION leg_fits_resource();
CREATE TRIGGER leg_fits_on_change AFTER UPDATE ON bookings_leg
    FOR EACH ROW WHEN (NEW.is_blocking AND NOT NEW.is_implied
        AND (OLD.is_blocking, OLD.is_implied, OLD.resource_id, OLD.units, OLD.people, OLD.blocks_from, OLD.blocks_until)
            IS DISTINCT FROM (NEW.is_blocking, NEW.is_implied, NEW.resource_id, NEW.units, NEW.people, NEW.blocks_from, NEW.blocks_until))
    EXECUTE FUNCTION leg_fits_resource();

-- A resource cannot shrink below what is already promised.
CREATE FUNCTION resource_keeps_promises() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE peak record;
BEGIN
    peak := public.resource_peak(NEW.id, now(), 'infinity');
    IF NEW.units < OLD.units AND peak.units > NEW.units THEN
        RAISE EXCEPTION 'resource % has promised % units', NEW.id, peak.units
            USING ERRCODE = 'check_violation', CONSTRAINT = 'resource_units_promised';
    END IF;
    IF peak.people > NEW.capacity THEN
        RAISE EXCEPTION 'resource % has promised room for % people', NEW.id, peak.people
            USING ERRCODE = 'check_violation', CONSTRAINT = 'resource_capacity_promised';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER resource_keeps_promises AFTER UPDATE ON resources_resource
    FOR EACH ROW WHEN (NEW.units < OLD.units OR NEW.capacity < OLD.capacity OR (OLD.capacity IS NULL AND NEW.capacity IS NOT NULL))
    EXECUTE FUNCTION resource_keeps_promises();
