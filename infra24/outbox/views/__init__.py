"""Pages of the console of deliveries."""
