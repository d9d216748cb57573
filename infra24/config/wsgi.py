"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")

application = get_wsgi_application()

from infra24.core.database import refuse_powerful_role  # noqa: E402  # needs Django set up

refuse_powerful_role()
