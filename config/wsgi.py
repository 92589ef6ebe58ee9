"""The WSGI application, for gunicorn: CKAN_INI names the configuration."""

import os
from logging.config import fileConfig

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

_path = os.environ["CKAN_INI"]
fileConfig(_path, disable_existing_loggers=False)
application = make_app(CKANConfigLoader(_path).get_config())
