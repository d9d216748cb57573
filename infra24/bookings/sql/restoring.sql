-- An end is an end, but for a minute: who takes it back has to say so, and of which booking (services/restoring.py).
CREATE OR REPLACE FUNCTION booking_moves_on() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.status IN ('declined', 'cancelled', 'expired') AND NEW.status <> OLD.status
       AND NOT (OLD.status IN ('declined', 'cancelled') AND NEW.status IN ('hold', 'pending', 'confirmed')
                AND coalesce(current_setting('infra24.restored', true), '') = OLD.id::text
                AND OLD.changed_at > now() - interval '1 minute') THEN
        RAISE EXCEPTION 'booking % is %, which is final', OLD.id, OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_end_final';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.changed_at := now();
    RETURN NEW;
END $$;
