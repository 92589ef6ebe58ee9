"""bin/test: the checks of the project, each on the services that it needs and no others."""

from __future__ import annotations

import contextlib
import functools
import operator
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .backstage import demonstration_site, private_stack
from .environment import Need
from .places import CHECKOUT, VENV
from .progress import Shell, only_one
from .up import prepare_python

HELP = """\
usage: bin/test [unit|integration|ckan|browser|lint] [pytest arguments]

  unit         the pure rooms and config/, without a server: instant
  integration  on a real PostgreSQL, Valkey and Solr, started for the run
  ckan         CKAN's own suites, shipped in its package, with our plugins enabled
  browser      in Chromium, on a site of its own
  lint         ruff, ruff format, pyright (also --lint)
Without a name, all of them.

Environment:
  TERRITOIRES_TEST_STATE  folder of the test services (var/test): one run at a time in each
  TERRITOIRES_KEEP=1      leave the test services up, for the next run to start at once
"""

#: Of the mail server of the browser tests.
SMTP_PORT = 6676
NO_CKAN = ("-p", "no:ckan", "-p", "no:ckan_fixtures")
SUITES = CHECKOUT / "tests" / "ckan_suites"
SITE_PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
_GET = "ckan/tests/logic/action/test_get.py"
# The activity stream, and all that searches or shows datasets.
CKAN_TARGETS = (
    "ckanext/activity/tests",
    "ckan/tests/lib/search",
    f"{_GET}::TestPackageSearch",
    f"{_GET}::TestPackageShow",
    f"{_GET}::TestPackageAutocomplete",
    f"{_GET}::TestPackageAutocompleteWithDatasetForm",
    f"{_GET}::TestCurrentPackageList",
    f"{_GET}::TestResourceSearch",
    f"{_GET}::TestGroupPackageShow",
    f"{_GET}::TestPackagePluginData",
    f"{_GET}::TestTagList",
    f"{_GET}::TestTagShow",
    f"{_GET}::TestMembersList",
    "ckan/tests/controllers/test_package.py::TestSearch",
    "ckan/tests/controllers/test_feed.py",
)
Arguments = Sequence[str]


def main(arguments: Arguments) -> int:
    """Run bin/test with ``arguments``; return the exit status."""
    name, rest = _split(arguments)
    if name in {"-h", "--help"}:
        print(HELP)
        return 0
    state = CHECKOUT / os.environ.get("TERRITOIRES_TEST_STATE", "var/test")
    with only_one(state / "bin-up.lock") as lock:
        chosen = list(CHECKS) if name == "all" else [name]
        need = functools.reduce(operator.or_, (NEEDS.get(one, Need.NOTHING) for one in chosen))
        prepare_python(Shell(state / "log" / "test.log", lock), need, tools=True)
        # What ends this process must also end the services: see the `finally` of the stack.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        failed = [check for check in chosen if not _passes(check, rest, state, lock)]
    if len(chosen) > 1:
        print(f"\n{len(chosen) - len(failed)} checks passed, failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def _split(arguments: Arguments) -> tuple[str, list[str]]:
    first, *rest = arguments or ("all",)
    first = {"--lint": "lint", "-h": "--help"}.get(first, first)
    if first in CHECKS or first in {"all", "--help"}:
        return first, rest
    return "all", list(arguments)


def _passes(name: str, arguments: Arguments, state: Path, lock: int) -> bool:
    print(f"\n--- {name}", flush=True)
    return CHECKS[name](arguments, state, lock)


def _unit(arguments: Arguments, _state: Path, _lock: int) -> bool:
    return _pytest([*NO_CKAN, *_within(["tests/unit"], arguments)])


def _integration(arguments: Arguments, state: Path, lock: int) -> bool:
    with services(state, lock) as ini:
        return _pytest([f"--ckan-ini={ini}", *_within(["tests/integration"], arguments)])


def _browser(arguments: Arguments, state: Path, lock: int) -> bool:
    # Where the tests open a mail server; the site is told of it when it starts.
    os.environ.setdefault("CKAN_SMTP_SERVER", f"127.0.0.1:{SMTP_PORT}")
    os.environ.setdefault("CKAN_SMTP_MAIL_FROM", "portail@example.org")
    with demonstration_site(state / "browser", lock, keep=_keep()) as stack:
        environment = {
            **stack.catalogue.secrets,
            "CKAN_INI": str(stack.places.ini),
            "TERRITOIRES_SITE_URL": stack.settings.site_url,
        }
        return _pytest([*NO_CKAN, *_within(["tests/browser"], arguments)], environment)


def _ckan(arguments: Arguments, state: Path, lock: int) -> bool:
    with services(state, lock) as ini:
        overlay = (SUITES / "overlay.ini").read_text(encoding="utf-8")
        suite_ini = state / "ckan-suites.ini"
        suite_ini.write_text(overlay.replace("test.ini", str(ini)), encoding="utf-8")
        packages = VENV / SITE_PACKAGES
        options = [f"--ckan-ini={suite_ini}", "-c", str(SUITES / "pytest.ini")]
        options += [f"--rootdir={packages}", "-p", "ckan_suites_plugin"]
        targets = _within(CKAN_TARGETS, arguments, packages)
        return _pytest([*options, *targets], {"PYTHONPATH": str(SUITES)}, folder=packages)


def _lint(_arguments: Arguments, _state: Path, _lock: int) -> bool:
    tools = VENV / "bin"
    commands = (
        [tools / "ruff", "check"],
        [tools / "ruff", "format", "--check"],
        [tools / "pyright", "--pythonpath", tools / "python"],
    )
    outcomes = [_succeeds(command) for command in commands]
    return all(outcomes)


CHECKS: Mapping[str, Callable[[Arguments, Path, int], bool]] = {
    "lint": _lint,
    "unit": _unit,
    "integration": _integration,
    "ckan": _ckan,
    "browser": _browser,
}
NEEDS = {
    "integration": Need.SERVICES,
    "ckan": Need.SERVICES,
    "browser": Need.SERVICES | Need.BROWSER,
}


@contextlib.contextmanager
def services(state: Path, lock: int) -> Iterator[Path]:
    """Run the test services; yield the path of the tests' ini; end them, unless told to keep."""
    with private_stack(state, lock, keep=_keep()) as stack:
        ini = state / "test.ini"
        text = (CHECKOUT / "test.ini").read_text(encoding="utf-8")
        ini.write_text(text.replace("var/test/ckan.ini", str(stack.places.ini)), encoding="utf-8")
        yield ini


def _within(targets: Arguments, arguments: Arguments, folder: Path = CHECKOUT) -> list[str]:
    """Return pytest's arguments: ``targets`` unless ``arguments`` name a file or folder."""
    named = any((folder / word.split("::")[0]).exists() for word in arguments)
    return [*arguments] if named else [*targets, *arguments]


def _keep() -> bool:
    return os.environ.get("TERRITOIRES_KEEP") == "1"


def _pytest(
    arguments: Arguments, environment: Mapping[str, str] | None = None, folder: Path = CHECKOUT
) -> bool:
    command = [VENV / "bin" / "python", "-m", "pytest", *arguments]
    return _succeeds(command, environment, folder)


def _succeeds(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path = CHECKOUT,
) -> bool:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    full = kept | dict(environment or {})
    return subprocess.run(command, cwd=folder, env=full, check=False).returncode == 0
