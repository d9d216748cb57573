"""Every setting of an installation, read from the environment once.

Development needs no environment at all: the defaults below and the files in
the data folder are enough; secrets are made there on first use.
`INFRA24_PRODUCTION=1` wants every secret from the environment.
"""

import os
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.utils.translation import gettext_lazy as _

from infra24.config.connection import connection_settings
from infra24.config.environment import (
    flag,
    named_values,
    one_of,
    refuse_unsafe_production,
    required_in_production,
    seconds,
    secret,
    words,
)

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("INFRA24_VAR") or BASE_DIR / "var").resolve()
"""The data folder: embedded database, media, secrets of a development installation."""

PRODUCTION = flag("INFRA24_PRODUCTION")
DEMO = flag("INFRA24_DEMO")
"""Demo mode: mails are kept and shown at /dev/mail. Production refuses it."""
DEBUG = flag("INFRA24_DEBUG")

SECRET_KEY = secret("INFRA24_SECRET_KEY", VAR_DIR / "secret_key", lambda: token_urlsafe(48))
ENCRYPTION_KEYS = words(
    "INFRA24_ENCRYPTION_KEYS",
    secret("INFRA24_ENCRYPTION_KEYS", VAR_DIR / "encryption_key", lambda: Fernet.generate_key().decode()),
)
"""Fernet keys, newest first: credentials of CRM connections are encrypted with the first."""
METRICS_TOKEN = os.environ.get("INFRA24_METRICS_TOKEN", "")
"""Bearer token for /metrics from elsewhere; without it only loopback may read."""

if PRODUCTION:
    refuse_unsafe_production(demo=DEMO, debug=DEBUG, secret_key=SECRET_KEY, encryption_keys=ENCRYPTION_KEYS)

BASE_URL = required_in_production("INFRA24_BASE_URL", f"http://localhost:{os.environ.get('PORT') or 8000}").rstrip("/")
"""Where people reach the installation: addresses in mails begin with it."""
ALLOWED_HOSTS = [
    *words("INFRA24_ALLOWED_HOSTS", urlsplit(BASE_URL).hostname or ""),
    # Probes on this machine name it like this.
    *("localhost", "127.0.0.1", "[::1]"),
    *([] if PRODUCTION else ["testserver"]),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- The database -----------------------------------------------------------

DATABASE_ROLE = one_of("INFRA24_DATABASE_ROLE", ("app", "owner"))
DATABASES = {"default": connection_settings(role=DATABASE_ROLE, var=VAR_DIR, production=PRODUCTION)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_APP_ROLE = f"{DATABASES['default']['NAME']}_app"
"""The role of web and worker: no owner, no superuser, bound by row-level security."""

# --- Django ------------------------------------------------------------------

INSTALLED_APPS = [
    "infra24.config",
    "infra24.portal",
    "infra24.erasure",
    "infra24.crm",
    "infra24.notifications",
    "infra24.invariants",
    "infra24.webhooks",
    "infra24.facilities",
    "infra24.waitlist",
    "infra24.calendars",
    "infra24.signage",
    "infra24.bookings",
    "infra24.resources",
    "infra24.people",
    "infra24.outbox",
    "infra24.orgs",
    "infra24.facts",
    "infra24.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "anymail",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "infra24.core.middleware.RequestIdMiddleware",
    "infra24.core.middleware.AccessMiddleware",
    "infra24.core.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "infra24.core.browsers.BrowserMiddleware",
    "infra24.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "infra24.orgs.middleware.OrganisationMiddleware",
]
BROWSER_MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
"""What a call with a token goes past."""

ROOT_URLCONF = "infra24.config.urls"
WSGI_APPLICATION = "infra24.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "infra24.portal.context.house",
            ],
        },
    }
]

FORM_RENDERER = "infra24.core.forms.HouseRenderer"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

# --- People signing in --------------------------------------------------------

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_FORMS = {"login": "infra24.orgs.forms.SignInForm"}
ACCOUNT_ADAPTER = "infra24.orgs.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
"""Nobody signs up; allauth asks for a password on signing in only where this names one."""
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = seconds(days=14)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Security headers ----------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
"""Probes come from beside the server, without TLS."""
SECURE_HSTS_SECONDS = seconds(days=365) if PRODUCTION else 0
TRUSTED_PROXIES = int(os.environ.get("INFRA24_TRUSTED_PROXIES") or 0)
"""Proxies in front that set X-Forwarded-For and X-Forwarded-Proto; 0: the server is reached directly."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "infra24.core.problems.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
"""Bytes of a request body, files not counted; a larger one is answered 413."""
FILE_UPLOAD_HANDLERS = [
    "infra24.core.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
"""Inputs of a form; the longest are rules with four hundred dates, a few inputs each."""

# --- Languages and time ----------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "infra24" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
"""Pictures, a folder for each organisation. Served by a view that asks who may see them, never by address."""
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Mail ----------------------------------------------------------------------------

EMAIL_BACKEND = (
    "infra24.notifications.kept_mail.KeptMailBackend"
    if DEMO
    else os.environ.get("INFRA24_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
)
EMAIL_HOST = os.environ.get("INFRA24_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("INFRA24_SMTP_PORT") or 25)
EMAIL_HOST_USER = os.environ.get("INFRA24_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("INFRA24_SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("INFRA24_SMTP_TLS")
EMAIL_TIMEOUT = 20
ANYMAIL = named_values("INFRA24_ANYMAIL")
"""Settings of a mail service, as django-anymail names them; needed with one of its backends alone."""
ANYMAIL_WEBHOOK_SECRET = os.environ.get("INFRA24_MAIL_EVENTS_SECRET", "")
"""`user:password` with which the mail service tells of bounces and complaints; without it nobody can."""
DEFAULT_FROM_EMAIL = os.environ.get("INFRA24_MAIL_FROM", "Infra24 <no-reply@localhost>")

# --- The demo -------------------------------------------------------------------------

DEMO_CRM_URL = os.environ.get("INFRA24_DEMO_CRM_URL", "")
"""Address of the CRM emulator, given by `make run`."""

# --- The CRM ----------------------------------------------------------------------------

CRM_ADDRESSES = words("INFRA24_CRM_ADDRESSES", "https://api.bloomerang.co") + ([DEMO_CRM_URL] if DEMO_CRM_URL else [])
"""Where organisations' CRMs may be: whatever else an administrator typed would be called from inside our network."""

# --- Calendars elsewhere ----------------------------------------------------------------

FEED_ADDRESSES = words("INFRA24_FEED_ADDRESSES", "")
"""Servers of calendars (`http://10.0.0.5:8080`) that may be read though they are inside our own network."""

# --- Webhooks ---------------------------------------------------------------------------

WEBHOOK_ADDRESSES = words("INFRA24_WEBHOOK_ADDRESSES", "")
"""Servers (`http://10.0.0.5:8080`) that webhooks may go to though they are inside our own network."""

# --- Logs ------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "infra24.core.logs.RequestFilter"}},
    "formatters": {
        "json": {"()": "infra24.core.logs.QuietFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("INFRA24_LOG_LEVEL", "INFO")},
    "loggers": {
        # Refusals are in the access log; here only what is broken.
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Their lines hold whole addresses, and those hold people's.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "aiohttp": {"level": "WARNING"},
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
