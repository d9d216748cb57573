"""What can go wrong when staff change what can be booked, and when."""
