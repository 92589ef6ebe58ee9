"""Make the first administrator of a site: CKAN_INI and TERRITOIRES_ADMIN_PASSWORD say the rest.

CKAN's own `sysadmin add` takes the password on its command line, where other users see it.
"""

import os
import sys

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk
from ckan.types import Context


def create(name: str, password: str) -> None:
    """Make the administrator ``name``; one that exists is left as it is."""
    if model.User.get(name) is not None:
        return
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    context: Context = {"ignore_auth": True, "user": site_user["name"]}
    account = {"name": name, "email": f"{name}@localhost.invalid", "password": password}
    tk.get_action("user_create")(context, {**account, "fullname": "Administration"})
    user = model.User.get(name)
    if user is None:
        raise LookupError(name)
    user.sysadmin = True
    model.Session.commit()


def main() -> None:
    """Make the administrator named on the command line."""
    app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    # CKAN's own commands reach the Flask application in the same way.
    with app._wsgi_app.test_request_context():  # pyright: ignore[reportAttributeAccessIssue]
        create(sys.argv[1], os.environ["TERRITOIRES_ADMIN_PASSWORD"])


if __name__ == "__main__":
    main()
