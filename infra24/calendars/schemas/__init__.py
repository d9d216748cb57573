"""What comes in and goes out of the API of calendars."""
