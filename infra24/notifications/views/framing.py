"""A mail's HTML in a frame of a page: shut in, with the inline styles mails are made of."""

MAIL_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["'self'", "data:"],
    "style-src": ["'unsafe-inline'"],  # mail programs know no other way, so mails are written so
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups"],
}
"""For `csp_replace`: no scripts, no forms, nothing from elsewhere."""
