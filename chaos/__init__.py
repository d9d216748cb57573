"""Is anything lost, doubled or out of order when workers are killed, the database falls and receivers fail?

`make chaos` asks it of a database of its own, for minutes; `make chaos-small` of
the running installation; the suite of a clone, with the smallest plan. Nothing
here is part of the product: facts are recorded by its services, delivered by
its workers, and judged by what the sink and the demo CRM have noted.
"""
