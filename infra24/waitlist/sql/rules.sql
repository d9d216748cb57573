-- What must never break on the waitlist, whoever writes.

-- An end stays an end, and a place is kept: nobody is moved in front of others by changing what they wait for.
CREATE FUNCTION entry_keeps_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('taken', 'withdrawn', 'expired') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'entry % is %, which is final', OLD.id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_end_final';
    END IF;
    IF NEW.joined_at <> OLD.joined_at THEN
        RAISE EXCEPTION 'entry % keeps its place', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_place_kept';
    END IF;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_keeps_place BEFORE UPDATE ON waitlist_entry FOR EACH ROW EXECUTE FUNCTION entry_keeps_place();

-- What came of an offer is not rewritten.
CREATE FUNCTION offer_keeps_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> '' AND NEW.outcome <> OLD.outcome THEN
        RAISE EXCEPTION 'offer % was answered', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_outcome_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_keeps_outcome BEFORE UPDATE ON waitlist_offer FOR EACH ROW EXECUTE FUNCTION offer_keeps_outcome();
