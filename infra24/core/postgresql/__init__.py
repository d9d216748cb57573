"""Django's backend for PostgreSQL, with fewer messages to the server and back."""
